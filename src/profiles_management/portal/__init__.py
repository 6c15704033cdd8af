"""The User Manager as a source: people whose requests for access were approved there."""
