"""placeholder"""


async def run(*a):
    return 2
