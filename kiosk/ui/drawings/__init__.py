"""Own drawings as SVG text: the machine from the front, openings with notes and tickets, boxes and rolls, 2-D codes.

No text, no filter, no clip in them (ui-guide 10). `tones` holds their colours: full ones, or outlines for a theme
without pictures.
"""
