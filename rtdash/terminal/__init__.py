"""What goes to the terminal: only what it does not show yet, in signs and colours that it has."""
