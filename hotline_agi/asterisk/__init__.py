"""Adapter: one Asterisk. FastAGI in, AMI out and in, dial strings, the survival plan in AstDB."""
