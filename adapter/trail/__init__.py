"""Why it is as it is: event → requirement and law → rule → consent → routing → template → receipt. Values in, pages out."""
