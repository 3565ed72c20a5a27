"""Everything on one machine from one command: start-up, web and worker processes, their end."""
