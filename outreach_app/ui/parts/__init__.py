"""What screens are put together from: buttons, chips, steppers, cards, banners, notes.

Lives here: widgets that know the look and the keyboard, and nothing of records.
Never here: verbs, lanes, record kinds; a part emits what a person did and shows what it is given.
Who may come in: screens, tables and the frame; parts know each other, `look`, `icons`, `canvas`, `actions`.
Start reading: `button`, `field`, `chips`, `card`.
"""
