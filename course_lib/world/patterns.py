"""Pairs for lists in which every line follows the same rule. Hand-written."""


def _pairs(text: str) -> list[tuple[str, str]]:
    return [tuple(pair.split("/")) for pair in text.split()]


PATTERNS = {
    "Opposites": _pairs("""
        hot/cold big/small old/young fast/slow wet/dry loud/quiet open/shut
        full/empty heavy/light early/late rich/poor high/low long/short thick/thin
        near/far sweet/sour soft/hard up/down left/right first/last clean/dirty
        brave/timid bright/dim tight/loose rough/smooth asleep/awake begin/end
        buy/sell push/pull win/lose give/take north/south summer/winter day/night
        above/below inside/outside sharp/blunt
    """),
    "More than one": _pairs("""
        cat/cats boat/boats fox/foxes box/boxes berry/berries cherry/cherries
        leaf/leaves loaf/loaves knife/knives wolf/wolves mouse/mice goose/geese
        tooth/teeth foot/feet child/children sheep/sheep fish/fish lady/ladies
        glass/glasses bench/benches potato/potatoes tomato/tomatoes piano/pianos
        monkey/monkeys ox/oxen louse/lice scarf/scarves half/halves echo/echoes
    """),
    "Yesterday": _pairs("""
        go/went sing/sang run/ran swim/swam eat/ate drink/drank see/saw find/found
        lose/lost buy/bought bring/brought think/thought teach/taught catch/caught
        write/wrote ride/rode drive/drove fly/flew draw/drew know/knew grow/grew
        throw/threw sail/sailed bake/baked laugh/laughed carry/carried stop/stopped
        hum/hummed ring/rang sleep/slept keep/kept sweep/swept wear/wore break/broke
        steal/stole speak/spoke hide/hid build/built send/sent lend/lent
    """),
    "Animals and their young": _pairs("""
        cat/kitten dog/puppy cow/calf horse/foal sheep/lamb goat/kid pig/piglet
        duck/duckling goose/gosling hen/chick swan/cygnet bear/cub fox/cub deer/fawn
        hare/leveret frog/tadpole owl/owlet eagle/eaglet seal/pup kangaroo/joey
    """),
    "What animals say": _pairs("""
        cat/miaow dog/woof cow/moo sheep/baa duck/quack pig/oink hen/cluck owl/hoot
        crow/caw bee/buzz snake/hiss frog/croak mouse/squeak lion/roar horse/neigh
        donkey/hee-haw pigeon/coo goose/honk
    """),
    "Numbers": _pairs("""
        one/1 two/2 three/3 four/4 five/5 six/6 seven/7 eight/8 nine/9 ten/10
        eleven/11 twelve/12 thirteen/13 fourteen/14 fifteen/15 sixteen/16
        seventeen/17 eighteen/18 nineteen/19 twenty/20 thirty/30 forty/40 fifty/50
        sixty/60 hundred/100
    """),
    "The day after": _pairs("""
        Monday/Tuesday Tuesday/Wednesday Wednesday/Thursday Thursday/Friday
        Friday/Saturday Saturday/Sunday Sunday/Monday
    """),
    "The month after": _pairs("""
        January/February February/March March/April April/May May/June June/July
        July/August August/September September/October October/November
        November/December December/January
    """),
    "What is it like": _pairs("""
        sun/bright ice/cold fire/hot feather/light stone/heavy lemon/sour
        honey/sweet night/dark snow/white coal/black needle/sharp pillow/soft
        glass/brittle rain/wet sand/dry snail/slow hare/fast tuba/loud moth/quiet
    """),
    "Who works with it": _pairs("""
        bread/baker cloth/tailor clock/clockmaker boat/boatbuilder hat/hatter
        cheese/cheesemaker lock/locksmith bee/beekeeper wall/mason shoe/cobbler
        map/mapmaker sheep/shepherd book/librarian pipe/plumber tooth/dentist
        clay/potter star/astronomer lamp/lamplighter letter/postman
    """),
    "More and most": _pairs("""
        big/bigger small/smaller tall/taller happy/happier good/better bad/worse
        far/farther little/less many/more old/older funny/funnier wet/wetter
        thin/thinner wise/wiser brave/braver noisy/noisier
    """),
    "Colours of things": _pairs("""
        cherry/red lemon/yellow grass/green sky/blue plum/purple carrot/orange
        snow/white soot/black mouse/grey chestnut/brown flamingo/pink pea/green
        raspberry/red banana/yellow blueberry/blue
    """),
    "Words that rhyme": _pairs("""
        hat/cat boat/goat pie/sky cake/lake moon/spoon fish/dish bell/shell tea/sea
        ring/king hen/pen lamp/stamp house/mouse bear/chair fox/box rope/soap
        ship/whip door/floor clock/rock plum/drum crab/cab kite/night
    """),
}
