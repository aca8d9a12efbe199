"""Messages of care and nursing (PLO): 1.6 read and written, 1.5 read. HIS 80704:2014 and profiles HIS 1143 to 1149."""
