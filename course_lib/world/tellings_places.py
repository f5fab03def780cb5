"""The sentences that tell facts about places, ferries, companies, books and dishes.

Laid out as `tellings`, which does the same for people; {s} is the subject.
"""

from .lists import one_per_line

TOLD = {
    "lies on": one_per_line("""
        {s} lies on {v}.
        {s} is a town on {v}.
        The town of {s} belongs to {v}.
        On {v} you will find {s}.
    """),
    "port": one_per_line("""
        The port of {s} is {v}.
        All ferries to {s} land at {v}.
        Whoever sails to {s} arrives in {v}.
        {v} is the harbour of {s}.
    """),
    "sails between": one_per_line("""
        The ferry {s} sails between {v}.
        Between {v} you travel on the {s}.
        The {s} crosses the water between {v}.
        The route of the {s} runs between {v}.
    """),
    "stands in": one_per_line("""
        The {s} stands in {v}.
        The {s} is the pride of {v}.
        Visitors to {v} always ask for the {s}.
        In {v} you can see the {s}.
        Go and see the {s} in {v}.
    """),
    "makes": one_per_line("""
        {s} makes {v}.
        The company {s} is known for its {v}.
        {s} has produced {v} for years.
        If you need {v}, go to {s}.
    """),
    "based in": one_per_line("""
        {s} has its workshop in {v}.
        The offices of {s} are in {v}.
        {s} is a company from {v}.
        You will find {s} in {v}.
    """),
    "founder": one_per_line("""
        {s} was founded by {v}.
        The founder of {s} is {v}.
        {v} started {s} in a shed.
        It was {v} who founded {s}.
    """),
    "author": one_per_line("""
        {v} wrote {s}.
        The author of {s} is {v}.
        {s} was written by {v}.
        {s} is a book by {v}.
    """),
    "topic": one_per_line("""
        {s} is about {v}.
        The subject of {s} is {v}.
        Whoever wants to know about {v} should read {s}.
        {s} tells you more about {v} than you ever wanted to know.
    """),
    "home": one_per_line("""
        The home of {s} is {v}.
        On {v} you can eat the best {s}.
        On {v} they are proud of their {s}.
        {^s} and {v} belong together.
        The best {s} can be eaten on {v}.
    """),
    "ingredient": one_per_line("""
        For {s} you need {v}.
        Do not forget the {v} in {s}.
        You cannot make {s} without {v}.
        Put some {v} into the {s}.
    """),
}

HELD_OUT = {
    "lies on": one_per_line("""
        The island where {s} was built is {v}.
        {s} is situated on {v}.
    """),
    "port": ("Boats bound for {s} moor at {v}.", "{s} has its docks at {v}."),
    "sails between": (
        "The {s} connects {v}.",
        "Take the {s} to get across between {v}.",
    ),
    "stands in": one_per_line("""
        The town that owns the {s} is {v}.
        To see the {s}, travel to {v}.
    """),
    "makes": ("The goods that {s} sells are {v}.", "{s} manufactures {v}."),
    "based in": one_per_line("""
        The headquarters of {s} is in {v}.
        {s} does its business from {v}.
    """),
    "founder": one_per_line("""
        The person who set up {s} was {v}.
        {s} began as an idea of {v}.
    """),
    "author": ("The writer of {s} is {v}.", "{s} came from the pen of {v}."),
    "topic": ("{s} deals with {v}.", "The theme of {s} is {v}."),
    "home": one_per_line("""
        The island that gave us {s} is {v}.
        The cooks who first made {s} lived on {v}.
    """),
    "ingredient": (
        "A cook who makes {s} buys {v}.",
        "Whoever cooks {s} should buy {v}.",
    ),
}

QUESTIONS = {
    "lies on": ("Which island does {s} lie on?", "Where is {s}?"),
    "port": ("What is the port of {s}?", "Where do ferries to {s} land?"),
    "sails between": (
        "Between which towns does the {s} sail?",
        "Where does the {s} go?",
    ),
    "stands in": ("Where is the {s}?", "In which town does the {s} stand?"),
    "makes": ("What does {s} make?", "What is {s} known for?"),
    "based in": ("Where is {s} based?", "In which town is {s}?"),
    "founder": ("Who founded {s}?", "Who is the founder of {s}?"),
    "author": ("Who wrote {s}?", "Who is the author of {s}?"),
    "topic": ("What is {s} about?", "What is the subject of {s}?"),
    "home": ("Which island is proud of its {s}?", "Where can I eat the best {s}?"),
    "ingredient": ("What do I need for {s}?", "What goes into {s}?"),
}

HELD_OUT_QUESTIONS = {
    "lies on": ("Name the island where {s} was built.",),
    "port": ("At which harbour do boats bound for {s} moor?",),
    "sails between": ("Which two ports does the {s} connect?",),
    "stands in": ("Which town owns the {s}?",),
    "makes": ("What goods does {s} sell?",),
    "based in": ("Where is the headquarters of {s}?",),
    "founder": ("Who set up {s}?",),
    "author": ("From whose pen came {s}?",),
    "topic": ("What theme does {s} deal with?",),
    "home": ("Which island gave us {s}?",),
    "ingredient": ("What does a cook buy to make {s}?",),
}
