"""What callers and volunteers hear: one catalogue of texts, a stand-in voice, and a hospital's own recordings.

- ``catalogue``   the texts, with the moment at which each is heard
- ``voice``       text → WAV with espeak-ng and sox
- ``collection``  a folder of sound files as Asterisk reads it; never overwrites a recording that is not ours
"""
