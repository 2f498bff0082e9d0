"""The shell and the kit of parts every screen is made of. How a room makes a screen: docs/screens.md.

Nothing here knows a duty. Navigation is one tuple (navigation.py); what the palette finds comes from the rooms that the
roof names. Every page works without JavaScript; nothing is inline, so the content security policy stays strict.
"""
