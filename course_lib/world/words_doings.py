"""Word lists of the islands: what is done, how, and how it is. Hand-written."""

from .lists import phrases, words

ADJ_PERSON = words("""
    absent-minded adventurous agreeable ambitious amiable anxious argumentative bashful
    bewildered boastful brave bright busy calm careful cautious charming cheerful chatty
    clever clumsy confident considerate contented courageous courteous cunning curious
    daring dashing determined diligent discreet dreamy eager easy-going eccentric
    elegant energetic enthusiastic excitable fearless fidgety forgetful forgiving frank
    friendly frugal fussy generous gentle gloomy graceful gracious grateful grumpy
    handsome hard-working helpful honest hopeful hospitable humble hungry imaginative
    impatient impulsive inquisitive inventive jolly jovial joyful kind lazy learned
    lively lonely loud loyal mischievous modest musical mysterious nervous nimble noisy
    obliging observant optimistic orderly outspoken patient peckish pensive persistent
    playful polite practical proud punctual quarrelsome quick-witted quiet reckless
    reliable resourceful respectable restless romantic sensible sentimental serious shy
    silent sincere sleepy sociable solemn spirited stern stubborn sulky superstitious
    suspicious tactful talkative tall thirsty thoughtful thrifty tidy timid tireless
    truthful unflappable untidy vain versatile watchful well-dressed whimsical wise
    witty worried youthful zealous
""")

ADJ_THING = words("""
    ancient antique awkward battered beautiful bendy bent blunt borrowed bouncy
    brand-new breakable brittle broken bulky carved cheap chipped clean clockwork coarse
    collapsible comfortable cracked creaking crooked crumpled curious dainty damp dented
    dependable dusty elaborate embroidered empty enormous expensive faded famous fancy
    fluffy foldable forgotten fragile fragrant frayed frosty full-sized fuzzy gigantic
    glittering gleaming glossy gnarled greasy hand-made handsome haunted heavy historic
    hollow homely ill-fitting immense inherited inflatable invisible jagged knitted
    knobbly large leaky lopsided lost loud lovely lucky lumpy luxurious magnificent
    mended mechanical miniature missing mouldy muddy musty mysterious narrow neat odd
    old-fashioned ordinary ornamental oversized painted patched peculiar perfumed plain
    pocket-sized polished portable precious priceless prickly quaint ragged rare
    rattling rickety round rusty satisfying scratched second-hand shabby shiny silky
    slippery smelly soggy sparkling spare splendid spotless squashed squeaky squeaking
    sticky striped sturdy tangled tattered tiny translucent twisted uncomfortable
    unfinished unusual upside-down useful useless valuable varnished vast velvety warped
    waterproof weather-beaten wet whistling wobbly wonderful wooden worn-out wrinkled
""")

ADVERBS = words("""
    absent-mindedly accidentally apologetically awkwardly badly barely bashfully boldly
    bravely briefly briskly calmly carefully carelessly cautiously cheerfully clumsily
    confidently courteously curiously daintily deliberately delicately discreetly
    drowsily eagerly earnestly easily elegantly enthusiastically evenly faithfully
    firmly fondly frequently generously gently gingerly gladly gloomily gracefully
    gratefully gravely grumpily happily hastily heartily heroically hesitantly honestly
    hopefully hurriedly impatiently innocently inquisitively instantly jauntily joyfully
    kindly lazily loudly merrily methodically modestly mournfully mysteriously neatly
    nervously nimbly nobly noisily obediently officially patiently peacefully perfectly
    playfully politely promptly proudly punctually quickly quietly rapidly reluctantly
    respectfully secretly sensibly seriously sheepishly shyly silently skilfully
    sleepily slowly smoothly solemnly speedily steadily sternly stubbornly suddenly
    suspiciously sweetly swiftly tactfully tenderly thoughtfully tidily timidly
    triumphantly truthfully unexpectedly vaguely vigorously warily warmly wearily
    willingly wisely
""")

# Past tense, no object: "the fox ___".
DID = phrases("""
    applauded, argued with the weather, bowed three times, burst out laughing,
    cartwheeled, complained to the mayor, counted to a hundred, dozed off,
    drummed with two spoons, fainted from joy, fell into the harbour,
    forgot the password, got stuck in a drainpipe, giggled until noon, hiccupped,
    hid under the table, hummed a lullaby, juggled turnips, jumped over the fence,
    kept very still, knocked twice, laughed out loud, leaned on the doorbell,
    limped home, looked for the exit, made a speech, marched in circles, nodded wisely,
    practised whistling, pretended to be a statue, promised to behave,
    ran for the last ferry, recited a poem, rehearsed the anthem, rolled down the hill,
    rowed across the bay, sang off key, sat down on a wet bench, shivered, shrugged,
    sighed deeply, slid down the banister, slipped on a lemon, sneezed seven times,
    snored through the concert, spilled the soup, squinted at the moon,
    stared at the ceiling, stayed for pudding, stepped on a rake, stood on one leg,
    stumbled over the doormat, sulked in the pantry, swam to the buoy and back,
    tap-danced, thanked everybody, tiptoed past the guard, took a nap,
    tripped over a bucket, turned pink, vanished behind a curtain,
    waited for the applause, walked home backwards, waltzed with a broom,
    waved to the lighthouse, went back to bed, whispered the recipe, winked, wobbled,
    yawned, yodelled from the roof
""")

# Past tense, with an object: "___ the teapot".
DID_TO = words("""
    admired adopted aired assembled auctioned balanced bought borrowed brushed buried
    carried carved catalogued christened cleaned coloured_in confiscated copied covered
    dented delivered described designed discovered displayed donated dragged dreamed_of
    drew dropped dug_up dusted emptied examined exchanged exhibited fetched filled fixed
    flattened folded found framed glued greased guarded hid hugged insured inspected
    invented knitted labelled laminated lent lifted located lost measured memorised
    mended mislaid mounted named noticed oiled opened ordered packed painted patched
    photographed pickled planted polished praised presented pulled purchased pushed
    raffled rebuilt recognised recommended recovered refused rented repaired replaced
    rescued restored retrieved returned rinsed sanded scrubbed sewed shook signed
    sketched smuggled_home sold sorted squeezed stacked stitched stored stretched
    studied swallowed swapped swept tested tied_up tightened tuned unpacked unrolled
    unscrewed untangled unwrapped upholstered varnished washed watered waxed weighed
    whitewashed wound_up wrapped
""")

# Plain form, with an object: "learned to ___ the teapot".
DO_TO = words("""
    admire alphabetise assemble balance borrow bounce bury carry carve clean collect
    copy count decorate deliver demolish describe design dismantle draw dust empty
    examine fix float fold hang hide identify illustrate imitate improve inspect inflate
    invent iron juggle knit label launch lend lift load measure memorise mend name open
    organise paint patch photograph polish protect repair replace rescue restore reverse
    rinse sharpen sketch steer stitch stretch swap tame tidy tow trim tune understand
    unfold untie varnish wash weigh whitewash wind wrap
""")

FEELINGS = words("""
    affection alarm amazement amusement annoyance astonishment awe bewilderment boredom
    caution comfort confusion contentment courage curiosity delight determination
    disappointment disbelief dismay eagerness embarrassment enthusiasm envy excitement
    fascination gratitude grief gusto happiness homesickness honour hope horror
    impatience indifference indignation joy kindness laughter mischief modesty nostalgia
    optimism panic patience pity pleasure pride regret relief remorse resignation
    respect satisfaction serenity shame sorrow surprise suspicion sympathy tenderness
    triumph wonder worry zeal
""")

WEATHER = phrases("""
    a fresh breeze from the west, a gale with hail, a thin drizzle, blazing sunshine,
    bright spells between showers, dense fog until noon, distant thunder,
    drifting clouds, fine snow on the hills, frost before dawn, gentle rain after lunch,
    gusts on the headlands, heavy rain at high tide, high cloud and no wind,
    ice on the ponds, low cloud over the harbour, mackerel skies,
    mild and misty weather, pale sun and long shadows, patches of blue sky,
    sea mist rolling in, sleet on the moors, soft rain all night,
    steady rain from the south, still air and a calm sea,
    strong winds at the ferry piers, sudden squalls, sunshine on all five islands,
    sunshine with a rainbow or two, thick fog on the sound, warm wind from the orchards,
    waves as high as a bus shelter
""")

SOUNDS = words("""
    bang bellow boom buzz cackle chime chirp clang clank clatter click clink cluck coo
    crackle crash creak croak crunch drip fizz gurgle hiss honk hoot howl hum jangle
    jingle moo murmur neigh oink patter ping plink plop pop purr quack rattle ring roar
    rumble rustle screech shriek sizzle slurp snap sniff snort splash splutter squawk
    squeak squeal squelch swish thud thump tick tinkle toot twang tweet whack wheeze
    whimper whirr whiz whoosh yelp zing
""")

EXCLAIM = phrases("""
    Bless my buttons, Bother and barnacles, By the five lamps, Crumbs, Dear me,
    Fiddlesticks, Goodness, Good heavens, Gosh, Great galoshes, Gulls and gravy,
    Heave ho, Hooray, How splendid, I never, Mercy me, My hat, My word, Oh crumbs,
    Oh dear, Plum cake and thunder, Salt and pepper, Shiver my teapots, Splendid,
    Thundering turnips, Well I never, What a morning, What a palaver, Wonderful
""")

JOB_WORDS = words("""
    acrobat alderman apprentice archer barber blacksmith bookbinder botanist bricklayer
    butcher captain chimney_sweep clerk clown coachman conductor constable cook
    customs_officer dancer decorator detective doctor drummer electrician engineer
    ferryman fiddler firefighter florist geologist governess grocer harbourmaster hermit
    inspector inventor jeweller journalist juggler knight landlady lawyer lecturer
    lifeguard magician mayor mechanic merchant miller minister musician naturalist
    novelist nurse optician organist parson pedlar pharmacist photographer physician
    pirate poet porter postman printer professor publisher roofer sailor scholar
    scientist sculptor secretary signalman singer smith stationmaster stonecutter
    student sweep tinker tourist trumpeter ventriloquist veterinarian visitor waiter
    watchman wizard zookeeper
""")
NUMBERS = words("""
    two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen twenty
""")
DAYS = words("""
    Monday Tuesday Wednesday Thursday Friday Saturday Sunday
""")
MONTHS = words("""
    January February March April May June July August September October November
    December
""")
SEASONS = words("""
    spring summer autumn winter
""")

WHEN = phrases("""
    at breakfast, at dawn, at half past six, at high tide, at lunchtime, at midnight,
    at sunset, before the first ferry, during the interval, early in the morning,
    for the third time this week, in broad daylight, in the middle of the night,
    just after tea, last weekend, late last night, on market day,
    on the longest day of the year, on the way to the ferry, one foggy morning,
    shortly before closing time, the day before yesterday, this morning,
    towards evening, while the kettle boiled, yesterday afternoon
""")

BECAUSE = phrases("""
    a gull had stolen the plans, nobody had read the instructions, it was Tuesday,
    the moon was full, the map was upside down, the kettle was still warm,
    a cat was asleep on it, the tide came in early, somebody had sat on the list,
    the mayor was looking the other way, the band had played too loudly,
    there was no more plum cake, there was no more onion pie, the wind had changed,
    the glue had not dried, it looked so much like a hat,
    the judges could not stop laughing, the ferry cat had approved it,
    the lamp had gone out, everybody thought somebody else would do it,
    the string was too short, the sign had fallen down, the clock was an hour slow,
    two left boots are better than none, rules are rules,
    the goat had eaten the tickets, the paint was still wet,
    of a misunderstanding about marmalade, of an old promise,
    of the noise from the tuba rehearsal
""")
