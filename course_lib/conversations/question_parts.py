"""What questions are put together from: things, descriptions, clauses and frames.

Hand-written. `{x}` in a frame is one of the others, {full} the name of the person.
"""

from course_lib.world.lists import one_per_line, phrases

WHO = ("teacher", "rival")  # the answer is a person
THINGS = {  # what can stand in "the … of {full}"
    "island": phrases("island, home island, native island, isle"),
    "town": phrases("town, home town, place of residence, town of residence"),
    "job": phrases(
        "job, trade, profession, occupation, work, line of work, calling, day job"
    ),
    "pet": phrases("pet, animal, pet animal, animal companion, animal at home"),
    "dish": phrases(
        "dish, favourite dish, favourite food, favourite meal, best-loved dish, "
        "dish of choice, favourite thing to eat"
    ),
    "instrument": phrases(
        "instrument, musical instrument, favourite instrument, instrument in the band"
    ),
    "hobby": phrases(
        "hobby, pastime, free-time activity, favourite pastime, leisure activity, "
        "Sunday occupation, spare-time passion"
    ),
    "teacher": phrases("teacher, old teacher, instructor, tutor, schoolteacher"),
    "rival": phrases("rival, competitor, opponent, great rival, adversary"),
}
FRAMES_OF_THINGS = one_per_line("""
    What is the {x} of {full}?
    What is {full}'s {x}?
    Tell me the {x} of {full}.
    Tell me {full}'s {x}.
    Name the {x} of {full}.
    Name {full}'s {x}, please.
    Do you know the {x} of {full}?
    Can you tell me {full}'s {x}?
    I would like to know the {x} of {full}.
    I am looking for the {x} of {full}.
    What about {full}: which {x}?
    {full}: {x}?
    Remind me of the {x} of {full}.
    Give me the {x} of {full}.
    Can you name the {x} of {full}?
    I need {full}'s {x}.
""")
FRAMES_OF_PEOPLE = one_per_line("""
    Who is the {x} of {full}?
    Who is {full}'s {x}?
    Who was {full}'s {x}?
    Tell me the {x} of {full}.
    Name the {x} of {full}.
    Name {full}'s {x}, please.
    Do you know the {x} of {full}?
    Can you tell me who {full}'s {x} is?
    I would like to know the {x} of {full}.
    I am looking for the {x} of {full}.
    {full}: {x}?
    Remind me who the {x} of {full} was.
    Give me the name of {full}'s {x}.
    What is the name of the {x} of {full}?
    Can you name the {x} of {full}?
    Whom did {full} have as a~ {x}?
""")

DESCRIPTIONS = {  # what can stand behind "Tell me" and "What is"
    "island": one_per_line("""
        the island on which {full} lives
        the island {full} comes from
        the island where {full} grew up
        the island that is home to {full}
        the island {full} calls home
        the island with the house of {full} on it
    """),
    "town": one_per_line("""
        the town in which {full} lives
        the town where I can meet {full}
        the town that {full} moved to
        the town where {full} has a house
        the town that gets the letters for {full}
        the town that {full} calls home
    """),
    "job": one_per_line("""
        the work that {full} does
        the trade that {full} learned
        the job that {full} has
        the work that feeds {full}
        the profession that {full} chose
        the job that {full} gets paid for
    """),
    "pet": one_per_line("""
        the animal that {full} keeps
        the pet that {full} has
        the animal that lives with {full}
        the animal that {full} owns
        the animal that {full} cares for
        the kind of pet {full} has at home
    """),
    "dish": one_per_line("""
        the dish that {full} loves
        the food that {full} likes best
        the meal that pleases {full} most
        the dish that {full} asks for on birthdays
        the thing that {full} likes to eat most
        the dish that {full} would walk a mile for
    """),
    "instrument": one_per_line("""
        the instrument that {full} plays
        the instrument that {full} practises
        the instrument that {full} took up as a child
        the instrument that {full} owns
        the instrument that the neighbours of {full} hear
        the instrument that {full} can play
    """),
    "hobby": one_per_line("""
        the hobby that {full} has
        the thing that {full} does on Sundays
        the pastime that {full} is mad about
        the activity that makes {full} happiest
        the hobby that {full} won a prize for
        the thing {full} likes to do after work
    """),
    "teacher": one_per_line("""
        the person who taught {full}
        the person from whom {full} learned everything
        the person {full} studied with
        the person who gave lessons to {full}
        the person who trained {full} as a child
        the person {full} thanks for a good education
    """),
    "rival": one_per_line("""
        the person {full} wants to beat
        the person who competes with {full}
        the person {full} has competed with for years
        the person {full} is up against
        the person who is a step ahead of {full}
        the one whom {full} would love to beat
    """),
}
FRAMES_OF_DESCRIPTIONS = one_per_line("""
    Tell me {x}.
    Name {x}, please.
    What is {x}?
    Do you know {x}?
    I am looking for {x}.
    Can you name {x}?
    I forgot {x}.
""")

CLAUSES = {  # what can stand behind "Do you know"
    "island": one_per_line("""
        which island {full} lives on
        what island {full} comes from
        which island is home to {full}
        on which island I can find {full}
    """),
    "town": one_per_line("""
        which town {full} lives in
        in what town I can find {full}
        which town is home to {full}
        to which town I should send a letter for {full}
    """),
    "job": one_per_line("""
        what {full} does for a living
        what {full} works as
        how {full} earns a living
        what the job of {full} is
    """),
    "pet": one_per_line("""
        which animal {full} keeps
        what pet {full} has
        what kind of animal lives with {full}
        which animal {full} takes care of
    """),
    "dish": one_per_line("""
        what {full} likes to eat
        which dish {full} loves most
        what I should cook when {full} comes to visit
        what food {full} is fond of
    """),
    "instrument": one_per_line("""
        which instrument {full} plays
        what {full} plays in the band
        what instrument {full} has learned
        on which instrument {full} practises
    """),
    "hobby": one_per_line("""
        what {full} does for fun
        how {full} spends a free day
        what hobby {full} has
        what {full} likes to do on Sundays
    """),
    "teacher": one_per_line("""
        who taught {full}
        with whom {full} studied
        who gave {full} lessons
        from whom {full} learned everything
    """),
    "rival": one_per_line("""
        whom {full} wants to beat
        who competes with {full}
        who the rival of {full} is
        against whom {full} tries to win
    """),
}
FRAMES_OF_CLAUSES = one_per_line("""
    Tell me {x}.
    Can you tell me {x}?
    Do you know {x}?
    I wonder {x}.
    I would like to know {x}.
    Say {x}, please.
    Could you find out {x}?
    I forgot {x}.
    Any idea {x}?
""")
