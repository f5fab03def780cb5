"""Ask where somebody lives, works and with whom: plain questions. Hand-written."""

from course_lib.world.lists import one_per_line

DIRECT_HOME = {
    "island": one_per_line("""
        What island does {full} live on?
        On which island does {full} live?
        What island is {full} from?
        From which island does {full} come?
        What island does {full} come from?
        Which island is {full} from?
        Which island is home to {full}?
        Which of the five islands does {full} call home?
        On which island was {full} born?
        Which island did {full} grow up on?
        On what island did {full} grow up?
        To which island must I sail to meet {full}?
        I want to visit {full}. Which island do I sail to?
        Which island has {full} always lived on?
        On which island does the family of {full} live?
        Of all the islands, which one is {full}'s?
        Which island would {full} never leave?
        On what island can I find {full}?
        On which island is {full}'s house?
        On what island does {full} have a house?
        Is {full} from Brine, Lampmoor, Tansy, Ockle or Farhorn?
        What island is {full} an islander of?
        Whose ferry do I take to see {full}: to which island?
        Which island does {full} belong to?
        On which island would I meet {full}?
        {full} lives on which island?
        Which island is {full} at home on?
        On what island was {full} brought up?
        Where is {full} from: which island?
        Is it Tansy or Ockle that {full} comes from, or another island?
    """),
    "town": one_per_line("""
        What town does {full} live in?
        In which town does {full} live?
        What town is {full} from?
        In what town would I find {full}?
        In which town would I find {full}?
        Which town is home to {full}?
        Where should I send letters for {full}?
        To which town do letters for {full} go?
        Where do the letters for {full} go?
        In which town is the door of {full}?
        Where is the front door of {full}?
        Which town has the front door of {full}?
        In what town is the front door of {full}?
        At whose town gate do I ask for {full}: which town?
        To which town did {full} move?
        Which town did {full} move to long ago?
        In which town does {full} have a small house?
        Where does {full} have a small house?
        In which town does {full} reside?
        Which town does {full} call home?
        Of which town does {full} know every cobblestone?
        Where can I meet {full} on most days?
        {full} lives in which town?
        I have a parcel for {full}. To which town should it go?
        What is the address of {full}: which town?
        I want to knock on the door of {full}. Which town do I go to?
        Whereabouts does {full} live: in which town?
        Which town would I have to visit to see {full}?
        In which town is {full} at home?
        Is there a town where I can meet {full}?
    """),
    "job": one_per_line("""
        What work does {full} do?
        How does {full} earn bread?
        What does {full} do for a living?
        What did {full} become?
        What kind of work does {full} have?
        How does {full} earn money?
        What does {full} do all day?
        How does {full} earn a living?
        What is {full} by profession?
        What is the profession of {full}?
        Which profession did {full} choose?
        Which trade did {full} learn?
        What trade is {full} in?
        What job does {full} have?
        Which job does {full} do?
        What is {full}'s occupation?
        What line of work is {full} in?
        As what does {full} work?
        What has {full} been for years?
        For what kind of work do people ask for {full}?
        What does {full} get paid for?
        What makes {full} a living?
        How does {full} pay the bills?
        What does {full} do when at work?
        {full} works as what?
        What is it that {full} does for money?
        What would I hire {full} for?
        What is written on the shop sign of {full}: which trade?
        What kind of worker is {full}?
        By what work does {full} live?
    """),
    "pet": one_per_line("""
        What pet does {full} have?
        What pet has {full}?
        Which animal does {full} keep?
        What animal does {full} keep?
        What kind of pet does {full} keep?
        What animal shares breakfast with {full}?
        With which animal does {full} share breakfast?
        Which animal lives with {full}?
        What animal belongs to {full}?
        Which pet does {full} look after?
        What does {full} keep at home?
        What animal waits for {full} at home?
        Which animal goes everywhere with {full}?
        What kind of animal does {full} own?
        Of what animal is {full} the proud owner?
        To what animal does {full} talk every morning?
        What animal does {full} talk to?
        Which animal does {full} feed?
        What animal must {full} feed every day?
        Whom does {full} feed at home: what animal?
        Does {full} have a pet, and what is it?
        What creature lives in the house of {full}?
        What sort of animal is {full}'s pet?
        Which animal does {full} care for?
        Which animal does {full} take care of?
        What kind of creature does {full} keep?
        {full} keeps which animal?
        Is there an animal in the house of {full}?
        What animal would I meet in {full}'s kitchen?
        Which animal follows {full} around?
    """),
}
