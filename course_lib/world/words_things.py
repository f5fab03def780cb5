"""Word lists of the islands: what there is. Hand-written."""

from .lists import phrases, words

ANIMALS = words("""
    ant badger bat bear beaver beetle bee bison buffalo bumblebee bull butterfly camel
    cat caterpillar chicken cod cow crab cricket crow deer dog dolphin donkey dragonfly
    duck eagle eel elephant elk emu falcon ferret finch firefly flamingo fox frog gecko
    giraffe goat goldfish goose grasshopper gull hamster hare hedgehog hen heron hippo
    hornet horse iguana jackdaw jellyfish kangaroo kitten koala ladybird lamb leopard
    lizard llama lobster lynx magpie mole monkey moose moth mouse mule newt octopus
    oyster ostrich otter owl panda peacock pelican penguin pheasant pig pigeon pony
    porcupine puffin puppy quail rabbit raccoon ram rat raven robin rooster salmon
    sardine seahorse seal shark sheep shrew skunk sloth slug snail sparrow spider squid
    squirrel starfish stork swallow swan tadpole tiger toad tortoise toucan trout turkey
    turtle vole walrus wasp weasel whale wolf wombat woodpecker worm yak zebra
""")

OBJECTS = words("""
    accordion anchor apron armchair arrow atlas backpack bagpipe balloon bandage banner
    barrel basket bathtub beacon bell bench bicycle blanket bonnet bookcase boot bottle
    bowl box bracelet brick broom bucket button cabinet cage cake calendar candle
    candlestick canoe carpet cart carton catapult chain chair chandelier chest chimney
    clipboard cloak clock coat coin comb compass cork corkscrew crate crayon crown cup
    cupboard curtain cushion desk diary dictionary door doorbell doormat drawer drum
    dustpan easel egg_timer envelope eraser fan feather fence fiddle flag flask
    flowerpot flute fork fountain frame funnel garland gate glove globe goblet gong
    gramophone hairbrush hammer hammock handkerchief hatstand helmet hinge hoop horn
    horseshoe hourglass ink_pot jar jigsaw jug kettle key keyhole kite knapsack knocker
    ladder ladle lamp lampshade lantern lever lid lightbulb loaf locket loom lute magnet
    magnifying_glass mailbag map marble mask mat mattress medal megaphone microscope
    mirror mitten mop mousetrap mug nail napkin necklace needle net newspaper notebook
    nutcracker oar oboe oven overcoat paddle padlock paintbrush painting pan parcel
    parasol pebble pedal pen pencil pendulum pepper_mill photograph piano picnic_basket
    pillow pincushion pipe pitcher plate pocket_watch poster pot pulley pump puppet
    purse puzzle quilt rattle ribbon ring rocking_chair rocking_horse rope rowing_boat
    rucksack rug ruler sack saddle sail sandal sandcastle saucepan saucer saw scarf
    scissors_case scooter screw seashell shawl shelf shoe shoelace shovel sieve signpost
    skateboard sled slipper spade spinning_top spoon stamp stapler statue stepladder
    stool stopwatch stove suitcase sundial swing table tambourine tapestry
    tartan_blanket teacup teapot telescope tent thermometer thimble ticket toaster
    toolbox toothbrush torch towel toy_boat tray treasure_map trolley trombone trophy
    trumpet trunk tub turnip_lantern typewriter umbrella unicycle vase violin wagon
    waistcoat wallet wardrobe weathervane wheel wheelbarrow whisk whistle wig windmill
    window wreath xylophone yo_yo
""")
HATS = phrases("""
    bowler hat, straw hat, top hat, beret, bonnet, sou'wester, knitted cap, sun hat,
    paper hat, velvet hat, feathered hat, bobble hat, tricorn, sailor's cap, flat cap,
    fisherman's hat, nightcap, wide-brimmed hat, green felt hat, yellow rain hat,
    chef's hat, party hat, woollen hat, riding hat, admiral's hat,
    hat with a brass buckle, hat with three ribbons, hat the size of a cartwheel
""")

FRUITS = words("""
    apple apricot banana blackberry blackcurrant blueberry cherry coconut cranberry fig
    gooseberry grape grapefruit lemon lime mango melon mulberry nectarine olive orange
    peach pear pineapple plum pomegranate quince raspberry redcurrant strawberry
    tangerine watermelon elderberry date
""")

VEGETABLES = words("""
    artichoke asparagus aubergine beetroot broccoli cabbage carrot cauliflower celery
    chickpea courgette cucumber fennel garlic ginger kale leek lentil lettuce marrow
    mushroom onion parsnip pea pepper potato pumpkin radish runner_bean shallot spinach
    sprout swede sweetcorn tomato turnip
""")
LARDER = phrases("""
    almonds, barley, basil, bay leaves, black pepper, breadcrumbs, brown sugar, butter,
    buttermilk, capers, caraway, cinnamon, cloves, cocoa, coriander, cornflour, cream,
    cress, cumin, currants, dill, dried mint, eggs, flour, goat's cheese, groundnuts,
    hazelnuts, honey, horseradish, icing sugar, juniper berries, lard, lemon juice,
    linseed, maple syrup, marjoram, milk, molasses, mustard, nutmeg, oatmeal, olive oil,
    oregano, paprika, parsley, pine nuts, poppy seeds, raisins, rapeseed oil, rice,
    rosemary, rye flour, saffron, sage, sea salt, semolina, sesame, soured cream, suet,
    sultanas, sunflower seeds, tarragon, thyme, treacle, turmeric, vanilla, vinegar,
    walnuts, yeast, yoghurt
""")

SNACKS = phrases("""
    biscuit, bread roll, bowl of porridge, bun, cheese sandwich, crumpet, cup of cocoa,
    cup of tea, currant bun, custard tart, doughnut, dumpling, gherkin, ginger biscuit,
    glass of milk, ham sandwich, hot chestnut, ice cream, jam sandwich, jelly,
    lemon drop, liquorice stick, macaroon, marmalade sandwich, meringue, muffin,
    nectarine, omelette, pancake, pastry, peppermint, pickled egg, pickle, pretzel,
    pudding, raisin bun, rhubarb crumble, scone, slice of toast, smoked herring,
    spoonful of honey, sugar mouse, toffee, treacle tart, trifle, waffle, bag of crisps,
    mug of soup
""")

PLANTS = words("""
    acorn alder ash beech birch bluebell bramble briar buttercup camellia cedar chestnut
    clover cowslip crocus cypress daffodil dahlia daisy dandelion elder elm fern
    forget-me-not foxglove geranium gorse hawthorn hazel heather holly honeysuckle
    hyacinth iris ivy jasmine juniper laburnum larch laurel lavender lilac lily linden
    maple marigold mistletoe moss myrtle nettle oak orchid pansy peony pine poplar poppy
    primrose reed rhododendron rose rosemary rowan rush sage snowdrop spruce sunflower
    sycamore thistle tulip violet walnut wheat willow wisteria yew
""")

COLOURS = words("""
    amber apricot black blue bottle-green brown cream crimson emerald golden green grey
    indigo ivory lavender lemon lilac magenta maroon mauve mustard navy ochre olive
    orange peach pink plum purple red russet rust-coloured salmon scarlet silver
    sky-blue tan turquoise ultramarine vermilion violet white yellow
""")

MATERIALS = words("""
    bamboo brass bronze canvas cardboard china clay copper corduroy cork cotton crystal
    felt flannel fur glass glue granite iron lace leather linen marble marzipan oilcloth
    paper pewter plaster porcelain rubber sandpaper satin silk slate steel stone straw
    string tin tweed velvet walnut wax wicker wire wood wool
""")

TOOLS = phrases("""
    axe, awl, bellows pump, bradawl, chisel, clamp, crowbar, drill, file, gimlet,
    hacksaw, hoe, jack, lathe, mallet, measuring tape, paint roller, pickaxe, plane,
    plumb line, pruning hook, rake, rasp, screwdriver, scythe, shears grinder, sickle,
    spanner, spirit level, spokeshave, trowel, tweezer case, vice, watering can,
    whetstone, wrench
""")
PLACES = phrases("""
    behind the bakery, under the old pier, on the roof of the town hall,
    by the duck pond, in the library cellar, near the fish market,
    on the steps of the lighthouse, in the orchard, beside the railway bridge,
    at the end of the jetty, in the middle of the square, opposite the post office,
    in the bandstand, above the cheese shop, inside a rowing boat,
    between two haystacks, in the waiting room, at the bottom of the well,
    on the village green, next to the weather station, in the botanical garden,
    outside the chemist's, on top of the sea wall, in the school playground,
    at the back of the theatre, under a gooseberry bush, in the clock tower,
    by the lock gates, along the towpath, at the corner of Pump Lane, in Saddler's Yard,
    on Rope Walk, in the museum cloakroom, at the harbour office, on platform two,
    in the greenhouse, beneath the viaduct, by the drinking fountain,
    on the bowling green, in the boathouse, at the tram stop,
    on the top deck of the ferry, in the belfry, behind the scenery,
    near the sand dunes, at the allotments, in the reading room, under the market clock,
    on the north quay, beside the old kiln
""")

SHOPS = phrases("""
    bakery, bookshop, button shop, cheese shop, chemist's, clock shop, cobbler's,
    fishmonger's, florist's, greengrocer's, hat shop, ironmonger's, kite shop,
    lamp shop, map shop, music shop, pet shop, pie shop, post office, pottery,
    rope shop, seed shop, sweet shop, tailor's, tea room, toy shop, umbrella shop,
    watchmaker's, wool shop
""")

ROOMS = phrases("""
    attic, bathroom, bedroom, broom cupboard, cellar, conservatory, corridor,
    dining room, dressing room, engine room, garage, hallway, kitchen, laundry,
    living room, pantry, parlour, porch, shed, stable, staircase, study, veranda,
    workshop
""")

BODY = words("""
    ankle beard chin ear elbow eyebrow finger fingernail forehead heel kneecap knee
    knuckle moustache neck nose shoulder thumb toe tooth wrist
""")

GROUPS = phrases("""
    beekeepers' circle, brass band, chess club, choir, cricket team, debating society,
    diving club, drama group, fire brigade, folk dance group, gardening club,
    gymnastics team, handbell choir, harbour patrol, kite club, knitting circle,
    ladder owners' association, lifeboat crew, model railway club,
    moth-watching society, orchestra, pigeon racing club, quiz team, recorder group,
    rowing club, school council, sea scout troop, skittles team, swimming club,
    tea-tasting committee, town band, umbrella repair group, village council,
    walking club
""")

SUBJECTS = words("""
    algebra archaeology astronomy botany bookbinding carpentry chemistry cookery drawing
    economics engineering etiquette fencing geography geology geometry grammar
    gymnastics handwriting history Latin logic map_reading mathematics meteorology music
    navigation needlework philosophy physics poetry singing spelling surveying zoology
""")
