DATE_FORMAT = "j F Y"
SHORT_DATE_FORMAT = "j M Y"
DAY_FORMAT = "l, j F Y"  # above the photos of one day
SHORT_MONTH_FORMAT = "M Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j F Y, H:i"
SHORT_DATETIME_FORMAT = "j M Y, H:i"
