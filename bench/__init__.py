"""What Loggia's speed is measured with: each module has a ``main()`` that prints a table."""
