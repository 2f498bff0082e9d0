"""Pure rules about people's hours."""
