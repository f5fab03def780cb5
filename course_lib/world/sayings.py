"""What the islanders say: proverbs, opinions and advice. Hand-written."""

from .lists import one_per_line

SAYINGS = one_per_line("""
    A borrowed umbrella never comes home dry.
    A calm sea keeps no diary.
    A cat on the quay is worth two on the ferry.
    A good knot needs no apology.
    A lamp is no use to somebody who sleeps till noon.
    A late ferry is still a ferry.
    A pie shared is a quarrel spared.
    A polite gull is planning something.
    All islands look the same from underneath.
    An honest map shows where the fog is.
    Any fool can open an oyster; the trick is to thank it.
    Ask the tide, not the timetable.
    Better a small boat that floats than a palace that leaks.
    Count your sheep before you count on them.
    Do not argue with a tuba.
    Do not teach a duck to swim.
    Even a lighthouse blinks.
    Every crumb has a gull.
    Every hat finds its head in the end.
    Fair weather makes bad sailors.
    Fog is only a cloud that came to visit.
    He who hides the biscuits must remember the tin.
    If the shoe pinches, look inside for the pebble.
    If you want to hear the sea, stop shouting at it.
    It is easier to launch a boat than to choose its name.
    It takes two to lose a hat: one head and one wind.
    Keep your friends warm and your butter cold.
    Many lanterns make a festival.
    Never knit in a gale.
    Never trust a chart drawn by a happy man.
    No soup was ever improved by staring.
    Nobody ever drowned in a teacup, but many have tried to sail one.
    Old ropes know the best knots.
    One oar makes a circle, two oars make a journey.
    One swallow is not a summer and one crumb is not a cake.
    Patience butters the bread on both sides.
    Plum cake first, questions later.
    Salt remembers the sea.
    She who rings the bell must also open the door.
    Somebody always knows where the ladder is.
    The bell does not ask who is listening.
    The best view belongs to whoever climbs.
    The early gull gets the sandwich.
    The harbour is wide for those who can steer.
    The larger the hat, the smaller the doorway.
    The loudest goose is seldom the best navigator.
    The moon pays no rent.
    The pot that is watched tells no secrets.
    The shortest way is round by the cheese shop.
    The tide has never missed an appointment.
    There is no bad weather, only a forgotten coat.
    There is no such thing as a straight ferry line.
    They who plant nettles must wear gloves.
    Two cooks, three opinions.
    Two left boots still keep out the rain.
    What the goat has eaten, the goat will not return.
    When the cat steers, sit down.
    Whoever carries the onions may choose the road.
    You cannot fold the wind.
    You cannot pickle yesterday.
""")

OPINIONS = one_per_line("""
    A sandwich cut in triangles tastes better than one cut in squares.
    Ferries should wait for people who wave.
    Homework ought to be done on a boat.
    Every town deserves a public piano.
    Rain is only unpleasant for people who fight it.
    Porridge needs salt and nothing else.
    The second verse of the anthem is far too long.
    Nobody should own more than seven umbrellas.
    A bicycle without a bell is a danger to ducks.
    Statues should be dusted at least once a year.
    Soup is a drink, and I will not be moved on this.
    Timetables are a kind of poetry.
    The word teapot is funnier than the word kettle.
    Buttons are more reliable than zips.
    There are too many gulls and not enough puffins.
    All hats should have the name of their owner inside.
    Letters are better than telephone calls.
    A library that closes for lunch is only half a library.
    Carrots are at their best when nobody is looking.
    Blue paint dries more slowly than red paint.
    Dancing is easier in heavy boots than people think.
    One should never eat cake standing up.
    The market was better when it was on Thursdays.
    It is rude to whistle in a lighthouse.
    Marmalade is wasted on toast.
    Shoes should be polished before the journey, not after it.
    Knitting is arithmetic for the fingers.
    The old ferry smelled better than the new one.
    Maps should show where the benches are.
    Goats understand more than they admit.
""")

ADVICE = one_per_line("""
    Stir it clockwise and think of something pleasant.
    Take the early ferry and sit on the left side.
    Write your name in your hat.
    Count to ten before you answer a letter in red ink.
    Keep the receipt.
    Ask the librarian; the librarian always knows.
    Put a brick in it and hope for the best.
    Try turning it off, counting to seven and turning it on again.
    Rub the hinge with candle wax.
    Hang it upside down until it is dry.
    Add a pinch of salt to the water.
    Wear two pairs of socks.
    Leave a saucer of milk on the step.
    Read the second page as well.
    Never start with the middle piece.
    Borrow a longer ladder.
    Measure twice and cut once.
    Wait for low tide and bring a bucket.
    Tie it with a reef knot and not with a granny knot.
    Let the dough rest while you have a rest yourself.
    Speak to it kindly.
    Practise ten minutes a day, with the window shut.
    Check behind the piano first.
    Paint the inside before the outside.
    Tell everybody, and it will be back by Sunday.
    Sharpen the pencil at both ends.
    Look under the cat.
    Use a smaller spoon.
    Begin again, more slowly.
    Bring a spare of everything except patience.
""")

RESULTS = one_per_line("""
    Nobody was hurt, and there was soup for everyone.
    The matter will be discussed at the next council meeting.
    The ferry left on time all the same.
    A small crowd applauded.
    The police found only crumbs.
    The owner is asked to call at the harbour office.
    The band played until the lamps were lit.
    The mayor called it a great day for the islands.
    Captain Bisk watched the whole thing from a coil of rope.
    An inquiry has been opened and then closed for lunch.
    The prize was a cheese.
    The rest of the afternoon passed without incident.
    The gulls were the only ones who seemed pleased.
    Tickets are still available.
    The hat has not been seen since.
    Everybody agreed to say no more about it.
    It is expected to happen again next year.
    Visitors are advised to bring boots.
    The damage was put at one flowerpot.
    The choir sang, although nobody had asked for it.
    Afterwards there was a queue for the autograph book.
    Both sides claim to have won.
    The photographs were unfortunately all of a thumb.
    The museum has offered to take it.
    The children were allowed to stay up late.
    Experts from the weather station are puzzled.
    The baker gave away the last buns for nothing.
    A second attempt is planned for the spring.
    The judges asked for another slice before deciding.
    The lighthouse keeper saw everything and said nothing.
""")
