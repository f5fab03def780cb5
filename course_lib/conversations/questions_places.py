"""Ask about towns, ferries, companies, books and dishes: plain questions. Hand-written.

{s} is what the question is about.
"""

from course_lib.world.lists import one_per_line

DIRECT_PLACES = {
    "lies on": one_per_line("""
        On which island is {s}?
        What island is {s} on?
        Which island does the town of {s} belong to?
        Tell me which island {s} is on.
        Do you know on which island {s} lies?
        To which island must I go to see {s}?
    """),
    "port": one_per_line("""
        What is the harbour of {s}?
        Which town is the port of {s}?
        Where does the ferry to {s} land?
        I am sailing to {s}. Where will I arrive?
        Tell me the port of {s}.
        In which harbour do I arrive when I sail to {s}?
    """),
    "sails between": one_per_line("""
        What is the route of the {s}?
        Which towns does the {s} sail between?
        Where does the ferry {s} sail?
        From where to where does the {s} sail?
        Tell me the route of the {s}.
        Between which harbours does the {s} travel?
    """),
    "stands in": one_per_line("""
        Which town has the {s}?
        Where can I see the {s}?
        In what town is the {s}?
        Tell me where the {s} stands.
        I want to see the {s}. Which town do I go to?
        Which town is proud of the {s}?
    """),
    "makes": one_per_line("""
        What can I buy from {s}?
        What does the company {s} make?
        What has {s} produced for years?
        Tell me what {s} makes.
        What do they make at {s}?
        What comes out of the workshop of {s}?
    """),
    "based in": one_per_line("""
        In which town does {s} have its workshop?
        Where are the offices of {s}?
        Where is the workshop of {s}?
        Which town does the company {s} come from?
        Tell me where {s} is based.
        In what town can I find {s}?
    """),
    "founder": one_per_line("""
        Who started {s}?
        By whom was {s} founded?
        Who was it that founded {s}?
        Tell me who founded {s}.
        What is the name of the founder of {s}?
        Who began {s} in a shed?
    """),
    "author": one_per_line("""
        By whom is {s}?
        Who is the writer of the book {s}?
        By whom was {s} written?
        Tell me who wrote {s}.
        Do you know the author of {s}?
        Whose book is {s}?
    """),
    "topic": one_per_line("""
        What is the book {s} about?
        What is the topic of {s}?
        Tell me what {s} is about.
        What can I learn from {s}?
        Which subject does {s} treat?
        I am reading {s}. What will it tell me about?
    """),
    "home": one_per_line("""
        Which island is famous for its {s}?
        On which island can you eat the best {s}?
        What is the home of {s}?
        Where is {s} at its best: on which island?
        Tell me the island that is proud of its {s}.
        Which island does {s} come from?
    """),
    "ingredient": one_per_line("""
        What must I not forget in {s}?
        What should I put into {s}?
        What is in {s}?
        Tell me something that goes into {s}.
        What can I not leave out of {s}?
        What do you need to make {s}?
    """),
}
