"""Ask what somebody loves, and whom they know: plain questions. Hand-written."""

from course_lib.world.lists import one_per_line

DIRECT_LIFE = {
    "dish": one_per_line("""
        What should I bring {full} on a birthday?
        Which dish does {full} like best?
        What dish does {full} like most?
        What does {full} eat on birthdays?
        What does {full} ask for on birthdays?
        What shall I cook when {full} comes?
        What could I cook for {full} tonight?
        What food does {full} prefer?
        What food does {full} like best?
        Which food does {full} love?
        What does {full} dream of at table?
        To what dish does {full} never say no?
        What does {full} never say no to?
        What meal does {full} love?
        Which meal does {full} like best?
        For what would {full} walk a mile?
        Which dish pleases {full} most?
        What should be on the table when {full} visits?
        What would {full} like for dinner?
        What would {full} order at an inn?
        I want to cook for {full}. What should it be?
        What can I bake or cook to please {full}?
        What does {full} love to eat?
        What is it that {full} likes to eat most?
        What does {full} enjoy eating?
        Which dish makes {full} happy?
        {full} is coming to dinner. What should I serve?
        What would {full} choose from the menu?
        Of which dish does {full} dream?
        What should I put on a plate for {full}?
    """),
    "instrument": one_per_line("""
        What instrument does {full} play?
        On which instrument does {full} play?
        What does {full} practise every evening?
        Which instrument does {full} practise?
        Which instrument has {full} learned?
        What music does {full} make?
        What do the neighbours of {full} hear?
        Which instrument does {full} own?
        What instrument does {full} own?
        What does {full} play?
        Which instrument did {full} take up as a child?
        What instrument did {full} learn as a child?
        Which instrument can {full} play?
        What can {full} play well?
        What should I give {full} so that we have music?
        With which instrument does {full} make music?
        What does {full} bring to the town band?
        Which instrument did {full} master?
        What sound comes from the house of {full} in the evening?
        What musical instrument does {full} play?
        {full} plays which instrument?
        What does {full} play in the orchestra?
        What kind of musician is {full}?
        Which old instrument does {full} own?
        On what does {full} play music?
        What is {full} good at playing?
        Which instrument would {full} bring to a party?
        Which instrument is {full} able to play?
        What do you hear when {full} practises?
        When {full} gives a concert, on which instrument is it?
    """),
    "hobby": one_per_line("""
        What does {full} enjoy after work?
        How does {full} spend a free day?
        What does {full} do in the free time?
        What hobby does {full} have?
        What hobby does {full} enjoy?
        Which hobby makes {full} happy?
        How does {full} spend every free hour?
        What does {full} like to do on Sundays?
        For what did {full} win a prize?
        What does {full} do for fun?
        What does {full} do after work?
        Which pastime does {full} like?
        What pastime does {full} have?
        With what does {full} pass the time?
        How does {full} pass the time?
        How does {full} relax?
        What does {full} like to do at the weekend?
        What does {full} do when there is no work?
        What is {full} passionate about?
        When is {full} happiest?
        What makes {full} happy on a day off?
        On what does {full} spend every free hour?
        For what does {full} have time after work?
        What does {full} go in for on Sundays?
        How does {full} use a day off?
        What is {full} keen on?
        What is it that {full} loves doing?
        Which activity does {full} enjoy most?
        {full} has which hobby?
        What keeps {full} busy in the evening, when work is over?
    """),
    "teacher": one_per_line("""
        From whom did {full} learn?
        Who was it that taught {full}?
        Whose pupil was {full}?
        Whose student was {full}?
        Who gave lessons to {full}?
        Who gave {full} lessons?
        From whom did {full} learn everything?
        Whom does {full} thank for a good education?
        Who was it who instructed {full}?
        Who trained {full}?
        Who educated {full}?
        Who was {full} taught by?
        By whom was {full} taught?
        Who did {full} study with?
        Under whom did {full} study?
        With whom did {full} study as a child?
        Who did {full} learn from?
        Who had {full} as a pupil?
        Whom did {full} have as a teacher?
        Who taught {full} everything?
        To whom does {full} owe a good education?
        Who stood at the blackboard when {full} was a child?
        Whose lessons did {full} go to?
        Whose classes did {full} attend?
        Who was responsible for the education of {full}?
        Who showed {full} how things are done?
        {full} was a pupil of whom?
        Who helped {full} to learn?
        Whom did {full} learn it all from?
        Who used to teach {full}?
    """),
    "rival": one_per_line("""
        Who is always a step ahead of {full}?
        With whom does {full} want to get even?
        Who is it that {full} wants to beat?
        Who does {full} want to beat?
        Who is a rival of {full}?
        Whose rival is {full}?
        Who has competed with {full} for years?
        Who does {full} compete with?
        With whom does {full} compete?
        Who is the competitor of {full}?
        Whom is {full} up against?
        Who is up against {full}?
        Who competes against {full}?
        Whom would {full} like to beat just once?
        Who is a step behind {full}?
        Against whom does {full} want to win?
        Who would {full} most like to defeat?
        Whom does {full} try to outdo?
        Who tries to outdo {full}?
        Who keeps {full} on the toes?
        Between {full} and whom is there a rivalry?
        Who and {full} are the best of rivals?
        Who are the rivals: {full} and who else?
        Who would {full} hate to lose to?
        To whom would {full} hate to lose?
        {full} wants to beat whom?
        Who is the opponent of {full}?
        Who is the one that {full} cannot stop competing with?
        Who is the main competition for {full}?
        Who has been competing with {full} for a long time?
    """),
}
