"""Who may do what: one matrix (``roles.toml``), one pure ``decide``, one middleware that denies what declares
nothing."""
