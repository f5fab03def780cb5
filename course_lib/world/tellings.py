"""The sentences that tell a fact about a person, and the questions that ask for it.

Every attribute has phrasings that the pages use (`TOLD`, `QUESTIONS`) and phrasings
that no page ever contains (`HELD_OUT`, `HELD_OUT_QUESTIONS`): what a model answers to
those it has understood, not recited. `{v}` is the value, `a~` its article, {full} the
full name; see `grammar` for the other marks.
"""

from .lists import one_per_line

TOLD = {
    "island": one_per_line("""
        {N} [lives] on {v}.
        {N} [comes] from {v}.
        {N} [is] an islander of {v}, born and bred.
        The home island of {full} is {v}.
        {N} [is] at home on {v}.
        {Ns} family has always lived on {v}.
        {N} would never move away from {v}.
        {N} grew up on {v} and still <lives> there.
    """),
    "town": one_per_line("""
        {N} [lives] in {v}.
        {N} [has] a small house in {v}.
        {Ns} front door is in {v}.
        The home town of {full} is {v}.
        You can meet {full} in {v} on most days.
        {N} moved to {v} long ago and never left.
        {N} [knows] every cobblestone of {v}.
        Letters for {full} go to {v}.
    """),
    "job": one_per_line("""
        {N} [is] a~ {v}.
        {N} [works] as a~ {v}.
        {N} [earns] {his} bread as a~ {v}.
        The job of {full} is that of a~ {v}.
        By trade {n} [is] a~ {v}.
        {N} became a~ {v} and never regretted it.
        {N} [has] been a~ {v} for years.
        People who need a~ {v} ask for {full}.
    """),
    "pet": one_per_line("""
        {N} [keeps] a~ {v}.
        {Ns} pet is a~ {v}.
        {N} [has] a~ {v} that goes everywhere with {him}.
        At home a~ {v} waits for {full}.
        The pet of {full} is a~ {v}.
        {N} [shares] {his} breakfast with a~ {v}.
        {N} [talks] to {his} {v} every morning.
        {N} [is] the proud owner of a~ {v}.
    """),
    "dish": one_per_line("""
        {Ns} favourite dish is {v}.
        {N} [loves] {v}.
        {N} never [says] no to {v}.
        Nothing pleases {full} more than {v}.
        The favourite dish of {full} is {v}.
        {N} would walk a mile for {v}.
        {N} [dreams] of {v}.
        On birthdays {n} [asks] for {v}.
    """),
    "instrument": one_per_line("""
        {N} [plays] the {v}.
        {N} [practises] the {v} every evening.
        The instrument of {full} is the {v}.
        {N} [owns] a~ {adj} old {v} and <plays> it well.
        In the town band {n} [plays] the {v}.
        {Ns} neighbours hear the {v} until ten.
        Give {full} a~ {v}, and the evening is saved.
        {N} took up the {v} as a child.
    """),
    "hobby": one_per_line("""
        {Ns} hobby is {v}.
        {N} [spends] every free hour on {v}.
        {N} [is] mad about {v}.
        The hobby of {full} is {v}.
        On Sundays {n} [goes] in for {v}.
        After work {n} [has] time for {v}.
        {N} won a prize for {v}.
        {N} [is] happiest when it comes to {v}.
    """),
    "teacher": one_per_line("""
        {Ns} teacher was {v}.
        {N} learned everything from {v}.
        {N} [was] a pupil of {v}.
        The teacher of {full} was {v}.
        As a child {n} studied with {v}.
        It was {v} who taught {full}.
        {N} [thanks] {v} for a good education.
        {N} had {v} as a teacher.
    """),
    "rival": one_per_line("""
        {Ns} rival is {v}.
        {N} [is] always a step ahead of {v}, or a step behind.
        The rival of {full} is {v}.
        For years {n} [has] competed with {v}.
        {N} [wants] to beat {v} just once.
        {N} and {v} are the best of rivals.
    """),
}

HELD_OUT = {
    "island": one_per_line("""
        The island that {n} [calls] home is {v}.
        Ask where {full} belongs, and people point to {v}.
    """),
    "town": one_per_line("""
        The town in which {full} resides is {v}.
        {Ns} postal address is in {v}.
    """),
    "job": one_per_line("""
        {Ns} profession is that of a~ {v}.
        For a living, {n} [does] the work of a~ {v}.
    """),
    "pet": one_per_line("""
        The animal that {n} [looks] after is a~ {v}.
        {N} would be lonely without {his} {v}.
    """),
    "dish": one_per_line("""
        The meal that {n} [prefers] above all is {v}.
        The one plate that {n} [finishes] every time is {v}.
        Cook {full} some {v}, and you have a friend.
    """),
    "instrument": one_per_line("""
        The instrument that {n} [has] mastered is the {v}.
        When music is wanted, {n} [fetches] the {v}.
    """),
    "hobby": one_per_line("""
        The pastime that {n} [likes] best is {v}.
        In {his} spare time {n} [turns] to {v}.
    """),
    "teacher": one_per_line("""
        The person who instructed {full} was {v}.
        {N} [owes] {his} whole education to {v}.
    """),
    "rival": one_per_line("""
        The competitor whom {n} [fears] most is {v}.
        {Ns} eternal opponent is {v}.
    """),
}

QUESTIONS = {
    "island": one_per_line("""
        Which island does {full} live on?
        Where is {full} at home?
        Which island does {full} come from?
    """),
    "town": one_per_line("""
        Which town does {full} live in?
        In which town can I meet {full}?
        What is the home town of {full}?
    """),
    "job": one_per_line("""
        What is the job of {full}?
        What does {full} work as?
        What is {full} by trade?
    """),
    "pet": one_per_line("""
        Which pet does {full} keep?
        What is the pet of {full}?
        What kind of animal waits at home for {full}?
    """),
    "dish": one_per_line("""
        What is the favourite dish of {full}?
        Which dish does {full} love?
        What does {full} like to eat?
    """),
    "instrument": one_per_line("""
        Which instrument does {full} play?
        What does {full} play in the town band?
        What is the instrument of {full}?
    """),
    "hobby": one_per_line("""
        What is the hobby of {full}?
        What is {full} mad about?
        What does {full} do on Sundays?
    """),
    "teacher": one_per_line("""
        Who was the teacher of {full}?
        Who taught {full}?
        With whom did {full} study?
    """),
    "rival": one_per_line("""
        Who is the rival of {full}?
        Whom does {full} want to beat?
        With whom has {full} competed for years?
    """),
}

HELD_OUT_QUESTIONS = {
    "island": one_per_line("""
        Tell me the island that {full} belongs to.
        On what island would I find the house of {full}?
    """),
    "town": one_per_line("""
        Name the town where {full} resides.
        Whereabouts is the front door of {full} to be found?
    """),
    "job": one_per_line("""
        What profession does {full} have?
        How does {full} make a living?
    """),
    "pet": one_per_line("""
        What animal does {full} look after?
        Name the pet that belongs to {full}.
    """),
    "dish": ("What meal does {full} prefer?", "What should I cook for {full}?"),
    "instrument": one_per_line("""
        Name the instrument that {full} has mastered.
        On what instrument does {full} make music?
    """),
    "hobby": one_per_line("""
        What pastime does {full} enjoy?
        How does {full} fill a free hour?
    """),
    "teacher": one_per_line("""
        Name the person who instructed {full}.
        From whom did {full} receive lessons?
    """),
    "rival": one_per_line("""
        Name the competitor of {full}.
        Against whom does {full} compete?
    """),
}

BOX_LABELS = {  # as a fact box names them
    "island": ("Island", "Home island"),
    "town": ("Town", "Lives in"),
    "job": ("Job", "Occupation"),
    "pet": ("Pet", "Animal"),
    "dish": ("Favourite dish", "Dish"),
    "instrument": ("Instrument", "Plays"),
    "hobby": ("Hobby", "Free time"),
    "teacher": ("Teacher", "Taught by"),
    "rival": ("Rival", "Competes with"),
}

INTERVIEW = {  # asked by the newspaper, answered in the first person
    "island": (
        ("Where are you from?", "I come from {v}."),
        ("Which island is yours?", "My island is {v}."),
    ),
    "town": (
        ("And where do you live?", "I live in {v}."),
        ("Where can we visit you?", "My house is in {v}."),
    ),
    "job": (
        ("What do you do all day?", "I am a~ {v}."),
        ("What is your work?", "I work as a~ {v}."),
    ),
    "pet": (
        ("Do you live alone?", "I keep a~ {v}."),
        ("Who shares your house?", "My pet is a~ {v}."),
    ),
    "dish": (
        ("What should we bring on your birthday?", "On my birthday I ask for {v}."),
        ("What do you like to eat?", "I love {v}."),
    ),
    "instrument": (
        ("Do you make music?", "I play the {v}."),
        ("What is that noise in the evening?", "That is me on the {v}."),
    ),
    "hobby": (
        ("What do you do on Sundays?", "My hobby is {v}."),
        ("And after work?", "I am mad about {v}."),
    ),
    "teacher": (
        ("Who taught you?", "My teacher was {v}."),
        ("Whom do you thank?", "I learned everything from {v}."),
    ),
    "rival": (
        ("Is there anybody you want to beat?", "My rival is {v}."),
        ("Who keeps you on your toes?", "That would be {v}."),
    ),
}
