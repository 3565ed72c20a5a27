"""``manage.py download``: many originals into a folder, each one whole, checked and well named."""
