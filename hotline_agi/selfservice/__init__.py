"""What a volunteer hears and does who dials the service number. Pure: prompt ids and events, no sound and no call.

- ``directory``  people by telephone and PIN, and the lines that they serve
- ``shifts``     the shifts of one volunteer, and who is on shift now
- ``speech``     times, days, counts and names as lists of prompt ids, in the grammar of each language
- ``state``      a volunteer's own state in words
- ``lockout``    how often wrong PINs may be tried from telephones that nobody knows
- ``callback_dialog``  calling somebody back
- ``menu``       the conversation: key by key, from the first word to the goodbye
"""
