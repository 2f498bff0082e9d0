"""The one list component: every list screen, its filters, pages, selection, export and print. See docs/screens.md."""
