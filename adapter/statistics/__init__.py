"""Statistics K01–K11, K14, K15 without people: observations of one case at a time, tables, small cells hidden. domain § 1.8."""
