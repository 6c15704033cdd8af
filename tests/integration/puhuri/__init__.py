"""The command on a research portal: a real one where it is named, else the test portal."""
