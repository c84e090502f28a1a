"""The rules about words, in the languages we read so far: English and Spanish.

`refuse` where the words leave little else to mean; `review` where a person tells from the whole. A rule may have both.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    ALLOW = "allow"
    REVIEW = "review"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Words:
    rule: str
    outcome: Outcome
    sentence: str
    pattern: re.Pattern[str]


def _words(rule: str, outcome: Outcome, sentence: str, *patterns: str) -> Words:
    return Words(rule, outcome, sentence, re.compile("|".join(patterns)))


# Somebody, as people say it: "her", "my ex", "the woman in the red coat". Up to two words may stand before the noun.
_NEAR = (
    r"(ex([- ]?(wife|husband|girlfriend|boyfriend|partner))?|wife|husband|girlfriend|boyfriend|partner|neighbou?rs?"
    r"|sister|brother|daughter|son|mother|father|boss|landlord|tenants?|employees?|colleagues?)"
)
_ANYBODY = r"(wom[ae]n|m[ae]n|girls?|boys?|lady|ladies|guys?|person|couple|famil(y|ies)|teenagers?|strangers?)"
_SOMEBODY = rf"(him|her|them|(my|his|her|their|the|this|that|an?)\s+(\w+\s+){{0,2}}?({_NEAR}|{_ANYBODY})(?!['’]))"
_HOUSE = r"(door|house|home|flat|apartment|place|balcony|office|work|school|gym|hotel)"
_THEIR_PLACE = rf"(his|her|their|my\s+\w+['’]?s)\s+(front\s+)?{_HOUSE}"
_ONE_OF_THEM = rf"(\b(my|his|her|their)\s+(\w+\s+)?{_NEAR}\b|\bmy\s+ex\b)"
_CERCANO = (
    r"(ex\w*|mujer|esposa|marido|novi[oa]|vecin[oa]s?|herman[oa]|hij[oa]|madre|padre|jef[ea]|pareja|inquilin[oa]s?"
    r"|emplead[oa]s?)"
)
_CUALQUIERA = r"(mujer|hombre|chic[oa]s?|señora?|persona|pareja)"
_ALGUIEN = rf"(ella|[eé]l|ell[oa]s|(mi|su|tu)\s+{_CERCANO}|(la|el|una?|es[ae]|est[ae])\s+{_CUALQUIERA})"

_CAPTURE = r"(photograph|film|record|snap|video|(photos?|pictures?|images?|videos?|shots?|footage)\s+of)"
_CAPTURA = r"((fotograf[ií]a|graba|film)(r|d|s|ndo)?|(haz\s+|hacer\s+)?(fotos?|v[ií]deos?|im[aá]genes)\s+(de|a))"
_YOUNG = r"(little|young|small|teenage|underage|school|baby|naked)"
_CHILDREN = rf"(children|kids?|minors|pupils|toddlers|babies|school\s*(girls?|boys?)|{_YOUNG}\s+(girls?|boys?|kids?))"
# What belongs to children and is none.
_NOT_THEIR_THINGS = (
    r"(?!['’]|\s+(play\w*|menus?|books?|librar\w*|clothes|clothing|shoes?|sections?|areas?|toys?|meals?|department)\b)"
)
_MENORES = r"(niñ[oa]s|menores|beb[eé]s|cr[ií][oa]s|alumn[oa]s|adolescentes)"
_GUNS = r"(guns?(?!-)|pistols?|rifles?|handguns?|firearms?|ammunition|explosives?|grenades?)"
_DRUGS = r"(cocaine|heroin(?!\s+chic)|meth|fentanyl|mdma|ecstasy\s+pills?|crack\s+cocaine)"
_ARMAS = r"(armas?|pistolas?|explosivos?|coca[ií]na|hero[ií]na|éxtasis)"
_GROUPS = (
    r"(jew(s|ish)|muslims?|christians|gays?|lesbians?|immigrants?|migrants?|refugees?|blacks|gyps(y|ies)|roma"
    r"|jud[ií]os?|musulman(es)?|gitanos?|inmigrantes?)"
)

# People one by one, however they are called. A crowd is nobody: "how many people wait" may be asked.
_WORKERS = (
    r"(nurse|doctor|waiter|waitress|cashier|teacher|driver|guard|owner|mayor|singer|actor|actress|student|courier|cleaner"
    r"|receptionist|bartender|salesman|saleswoman|officer|politician|player|celebrity)"
)
_ONE_PERSON = (
    rf"(?<!statue\sof\s)(?<!figure\sof\s)(?<!portrait\sof\s)(?<!painting\sof\s)(?<!mural\sof\s)(?<!sculpture\sof\s)"
    rf"\b(the|a|an|my|that|this|which|some)\s+(\w+\s+)?({_NEAR}|man|woman|girl|boy|lady|guy|person|couple|{_WORKERS})\b"
    r"(?!['’-]|\s+(bug|shop|store|restaurant|salon|toilets?|rest\s*room|rooms?|entrance|clothes|clothing|seat|house|made))"
)
_OFICIOS = r"(enfermer[oa]|camarer[oa]|repartidor(a)?|profesor(a)?|dependient[ea]|alcalde(sa)?|cantante|due[ñn][oa])"
_UNA_PERSONA = (
    rf"\b(el|la|una?|mi|su|ese|esa)\s+({_CERCANO}|hombre|mujer|chic[oa]|señora?|niñ[oa]|persona|pareja|{_OFICIOS})\b"
    rf"|\bal\s+({_OFICIOS}|hombre|chico|señor|vecino)\b"
)

RULES = (
    _words(
        "following_a_person",
        Outcome.REFUSE,
        "Watching, following or finding a private person is never brokered.",
        rf"\b(follow|stalk|tail|trail|track|shadow|spy\s+on|keep\s+an\s+eye\s+on|watch|go\s+after)\s+{_SOMEBODY}\b",
        rf"\bwhere\s+(does\s+|do\s+|is\s+)?(he|she|they|{_SOMEBODY})\s+(lives?|sleeps?|works?|(is\s+)?staying)\b",
        r"\bwhere\s+(he|she)\s+(goes|is\s+going|went)\b",
        rf"\bwait\s+(for\s+{_SOMEBODY}\s+)?(outside|in\s+front\s+of|near|at|by)\s+{_THEIR_PLACE}\b",
        rf"\b(when|what\s+time)\s+(does\s+|do\s+)?(he|she|{_SOMEBODY})\s+(leaves?|comes?|gets?|arrives?|goes|go)\b",
        rf"\bwho\s+(is\s+)?(he|she|{_SOMEBODY})\s+(is\s+)?(with|meets?|meeting|seeing|dating)\b",
        rf"\b(sig[ua]e|seguir|persig(a|ue)|vigil[ae]r?|esp[ií]ar?)\s+a\s*l?\s+({_ALGUIEN}|(hombre|chico|señor|vecino)\b)",
        rf"\bd[oó]nde\s+(vive|duerme|trabaja)\s+({_ALGUIEN})\b",
    ),
    _words(
        "whereabouts",
        Outcome.REVIEW,
        "This may be about where a private person is, comes from or goes.",
        rf"{_ONE_OF_THEM}['’]s?\s+\w+",
        rf"\b(see|check|tell|find|locate|listen)\b.{{0,40}}({_ONE_OF_THEM}|\bthe\s+(\w+\s+)?(couple|girl|woman|man)\b(?!['’]))",
        rf"\b(find|locate|identify)\s+{_SOMEBODY}\b",
        r"\b(leaves?|comes?|gets?|arrives?|returns?|goes)\s+(at\s+|to\s+|from\s+|back\s+to\s+)?(his|her|their)\s+"
        r"(apartment|flat|house|home|office|work)\b",
        r"\b(parked|lights?|car|van|bike)\b.{0,30}\b(his|her|their)\s+(\w+['’]?s?['’]?\s+)?(place|house|home|flat)\b",
        r"\b(everybody|everyone|whoever|anyone|anybody)\s+who\s+(goes|comes|enters|leaves|visits)\b",
        r"\b(note|write\s+down|list|log|report)\b.{0,20}\bwho(ever)?\b",
        r"\bwho\s+(visits|goes\s+in\s+and\s+out|comes\s+and\s+goes)\b",
        rf"\bwhich\s+(flat|house|door|apartment)\s+(does|do)\s+{_SOMEBODY}",
        r"\b(dr|mrs?|ms)\.?\s+[a-z]+['’]s\s+(car|house|flat|wife|husband)\b",
        r"\b(lady|man|woman|guy|person|family)\s+(in|at|from)\s+(flat\s+|number\s+|no\.?\s*)?\d+\s*[a-z]?\b",
        rf"\b(sale|llega|entra|vuelve|trabaja|vive|est[aá])\b.{{0,15}}\b(mi|su)\s+{_CERCANO}\b",
        rf"\b(mi|su)\s+{_CERCANO}\b.{{0,15}}\b(sale|llega|entra|vuelve|trabaja|vive|est[aá])\b",
        rf"\b(coche|moto|casa|piso)\s+de\s+(mi|su)\s+{_CERCANO}\b",
        r"\b(apunta|anota|escribe|dime)\b.{0,20}\bqui[eé]n(es)?\b",
        r"\bqui[eé]n(es)?\s+(entra|sale|vive|visita)",
    ),
    _words(
        "about_a_person",
        Outcome.REVIEW,
        "This may be about a private person: questions are about places and things.",
        _ONE_PERSON,
        r"\b(he|she|him|hers?|his)\b(?!\s+majesty)",
        r"\bfilm\s+(the\s+)?people\b",
        _UNA_PERSONA,
    ),
    _words(
        "capturing_a_person",
        Outcome.REVIEW,
        "This may ask for captures of a private person.",
        rf"\b({_CAPTURE}|identify|recogni[sz]e)\s+(what\s+)?{_SOMEBODY}\b",
        rf"\b{_CAPTURE}.{{0,30}}\b(police(men|women|\s+officers?)?|officers|protest[eo]rs?|demonstrators?|demonstration"
        r"|soldiers|worshippers)\b",
        r"\bfaces?\b.{0,20}\b(clear(ly)?|visible|recogni\w+)\b",
        r"\b(his|her|their|people['’]?s?)\s+(faces?|reactions?)\b",
        rf"\b({_CAPTURA}|identifi(ca|que|car))\s+(a\s+)?{_ALGUIEN}\b",
    ),
    _words(
        "children",
        Outcome.REFUSE,
        "Captures of children are never brokered.",
        rf"\b{_CAPTURE}\s+((of|the|some|any|a|all)\s+){{0,3}}{_CHILDREN}\b{_NOT_THEIR_THINGS}",
        rf"\b{_CAPTURA}\s+(a\s+)?(los\s+|las\s+|un[oa]s\s+)?{_MENORES}\b",
    ),
    _words(
        "children",
        Outcome.REVIEW,
        "This may be about children.",
        rf"\b{_CHILDREN}\b{_NOT_THEIR_THINGS}.{{0,40}}\b(alone|adult|wait|come\s+out|leave|leaving|swim\w*|undress\w*)\b",
        r"\b(girls|boys|kids|children|pupils|toddlers|class)\s+(in|at|on|who|from|trip)\b(?!\s+(burger|shop|section))",
        rf"\b(when|what\s+time|where)\s+(do|does|are)\s+(the\s+)?(\w+\s+)?{_CHILDREN}\b{_NOT_THEIR_THINGS}",
        rf"\b{_MENORES}\b.{{0,40}}\b(sol[oa]s|salen|entran|esperan)\b",
    ),
    _words(
        "nakedness",
        Outcome.REFUSE,
        "Captures of undressed people are never brokered.",
        r"\b(up\s*skirt|down\s*blouse|voyeur\w*)\b",
        r"\b(nude|naked|topless|undress(ed|ing))\s+(people|persons?|wom[ae]n|m[ae]n|girls?|boys?|swimmers?|bathers?)\b",
        r"\b(under|over|into|through)\b.{0,15}\b(changing|fitting|toilet|shower)\s+(cabins?|rooms?|stalls?|cubicles?)\b",
        r"\b(personas?|mujer(es)?|chic[oa]s?|hombres?)\s+desnud[oa]s?\b",
    ),
    _words(
        "breaking_in",
        Outcome.REFUSE,
        "Nobody is asked to enter where entry is forbidden.",
        r"\b(break\s+into|sneak\s+(into|past|in)|trespass|pick\s+the\s+lock)\b",
        r"\b(climb|jump|hop|vault|scale)\s+(over\s+)?(the|a|that|this)\s+(\w+\s+)?(fence|wall|gate|crane|scaffold\w*)\b",
        r"\b(without\s+paying|without\s+a\s+ticket)\b",
        r"\b(col[aá]rse|col[aá]rte|cu[eé]l(a|e)(te|se))\s+(en|por)\b",
        r"\b(salt|trep|escal)ar?\s+(por\s+)?(la|el|una?)\s+(valla|verja|muro|tapia|reja|andamio)\b",
        r"\bforzar?\s+la\s+(puerta|cerradura|ventana)\b",
    ),
    _words(
        "breaking_in",
        Outcome.REVIEW,
        "This may ask somebody to enter or open what is not open to them.",
        r"\b(enter|get\s+into|go\s+in(to)?|walk\s+into)\b.{0,30}\b(closed|locked|abandoned|back\s+door|emergency\s+exit|staff)\b",
        r"\b(staff|employees|personnel)\s+only\b",
        r"\btry\s+(all\s+|out\s+)?(the|every|each)\s+(\w+\s+)?(doors?|handles?|windows?|locks?)\b",
        r"\b(unlocked|guard\s+is\s+away|nobody\s+(is\s+)?(watching|looks?|sees?)|unseen|unnoticed)\b",
        r"\b(shed|door|gate|garage|house|bike|car|boat)s?\b.{0,25}\blocked\b",
        r"\b(door|gate|alarm|entry|access)\s+codes?\b",
        r"\b(on(to)?|up\s+to)\s+the\s+roof\b|\bfire\s+escape\b",
        r"\b(pass|cross|duck\s+under)\s+the\s+(barrier|tape|cordon)\b",
        r"\bopen\s+(up\s+)?the\s+(\w+\s+)?(meter|fuse|letter|electric\w*)\s*box\b",
        r"\b(window|door)\b.{0,20}\bcan\s+be\s+(opened|forced|lifted)\b",
        r"\b(cars?|vehicles?)\b.{0,30}\b(valuables?|something\s+valuable)\b",
        r"\b(houses?|homes?|flats?|villas?)\b.{0,20}\b(look\s+)?(empty|unoccupied|away|on\s+holiday)\b",
        r"\bowners?\b.{0,30}\b(on\s+holiday|away|not\s+at\s+home|abroad)\b",
        r"\bcasas?\s+(est[aá]n?\s+)?vac[ií]as?\b",
    ),
    _words(
        "doing_harm",
        Outcome.REVIEW,
        "This may ask somebody to do more than look: to take, put, throw or provoke.",
        r"\b(unscrew|steal|smash|vandali[sz]e|spray[- ]?paint|set\s+fire|set\s+alight|poison\w*)\b",
        r"\b(rip|tear|pull|knock|take)\s+(the|a|that|this)\s+(\w+\s+)?(poster|sign|flag|banner|plant)s?\s+(off|down|out)\b",
        r"\bair\s+out\s+of\b|\b(scratch|slash|puncture)\b.{0,20}\b(car|tyres?|tires?)\b",
        r"\b(throw|shoot)\s+(a|an|the|some)\s+\w+\s+(at|into|through)\b",
        r"\b(shout|yell|spit)\s+at\b",
        r"\b(put|stick|glue)\s+(a|the|this)\s+\w+\s+on\s+(the|a|his|her)\s+(\w+\s+)?(car|door|window|house)\b",
        r"\b(lie|lay|stand|sit|walk)\s+(down\s+)?on\s+the\s+(tracks?|rails?|motorway|highway)\b",
        r"\b(roba|rompe|quema|arranca|tira\s+una\s+piedra)\b",
    ),
    _words(
        "carrying",
        Outcome.REVIEW,
        "This may ask somebody to carry something: what is sold here is a look.",
        r"\b(leave|pick\s+up|hand|deliver|bring|take|drop)\s+(this|that|the|a|an|my)\s+(\w+\s+)?"
        r"(package|parcel|envelope|bag|suitcase|box)\b",
        r"\bbring\s+(it|them)\s+to\s+me\b",
        r"\b(entrega|recoge|lleva|trae)\w*\s+(este|ese|el|un|la|una)\s+(paquete|sobre|bolsa|maleta|caja)\b",
    ),
    _words(
        "weapons_and_drugs",
        Outcome.REFUSE,
        "Trade in weapons and drugs is never brokered, and neither is looking out for it.",
        rf"\b(buy|sell|deliver|comprar|vender|entregar)\s+(me\s+)?(a\s+|an\s+|una?\s+|some\s+)?"
        rf"({_GUNS}|{_DRUGS}|{_ARMAS})(?!\s+shop)\b",
        r"\b(without|no)\s+(papers|licen[cs]es?|permits?)\b.{0,30}\b(guns?|pistols?)\b",
        r"\b(guns?|pistols?|rifles?)\b.{0,20}\bwithout\s+(papers|an?\s+licen[cs]e)\b",
        r"\b(dealers?|score)\b.{0,40}\bgrams?\b|\bgramos?\s+de\s+(coca|hierba|mar[ií]a)\b",
        r"\bbuy\b.{0,15}\bgrams?\b.{0,15}\b(at\s+the\s+club|in\s+the\s+park|from)\b",
    ),
    _words(
        "weapons_and_drugs",
        Outcome.REVIEW,
        "This may be about weapons or drugs.",
        rf"\b({_DRUGS}|{_ARMAS}|cannabis|marihuana|marijuana|hash(ish)?|hach[ií]s)\b",
        r"\b(pistols?|rifles?|handguns?|ammunition|grenades?|ecstasy)\b",
        r"\b(charge|sells?|buy|deals?|smokes?|smoking)\b.{0,15}\bweed\b(?!\s*killer)",
        r"\bwho\s+(deals|sells)\b",
    ),
    _words(
        "forgery_and_theft",
        Outcome.REVIEW,
        "This may prepare a theft or a forgery.",
        r"\b(fake|forged)\s+(id|ids|passports?|tickets?|papers)\b",
        r"\b(credit|bank|debit)\s+cards?\b(?!\s+(accepted|payments?|terminal|machine))",
        r"\bcash\s+(register|box|drawer)\b",
        r"\b(security|theft)\s+tags?\b",
        r"\bpatrol(s|\s+cars?)?\b",
        r"\b(bank|jewell?er\w*)\b.{0,40}\b(empty|thick|alarm|vault|safe)\b",
    ),
    _words(
        "sorting_people",
        Outcome.REVIEW,
        "This may ask who is of which faith, origin or love.",
        rf"\b(belongs?\s+to|owned\s+by|run\s+by|pertenecen?\s+a)\b.{{0,20}}\b{_GROUPS}\b",
        rf"\b(which|who|what)\b.{{0,25}}\b(famil(y|ies)|people|students?|workers?|tenants?|neighbou?rs?|houses?|shops?)\b"
        rf".{{0,40}}\b({_GROUPS}|gay)\b",
    ),
    _words(
        "private_home",
        Outcome.REVIEW,
        "This may look into somebody's home.",
        r"\b(through|into|por|a\s+trav[eé]s\s+de)\s+(the\s+|her\s+|his\s+|their\s+|la\s+|las\s+)?"
        r"(bedroom|living\s*room|bathroom|window|windows|glass|ventana|ventanas)\b",
        r"\bis\s+(he|she|anyone|anybody|somebody)\s+(at\s+)?home\b",
        r"\bnames?\s+on\s+(it|the\s+(door\s*)?bells?|the\s+doors?|the\s+(letter|mail)\s*box(es)?)\b",
        r"\bdoor\s*bells?\b.{0,20}\bnumber\b",
        r"\b(hay\s+alguien|est[aá])\s+en\s+casa\b",
        r"\bnombres?\s+(en|de|del)\s+(el\s+|los\s+)?(buz[oó]n|buzones|timbres?)\b",
    ),
    _words(
        "number_plates",
        Outcome.REVIEW,
        "This may ask for the number plates of private cars.",
        r"\b(number|licen[cs]e|registration)\s*plates?\b(?!\s+(holders?|frames?))",
        r"\bplates\s+of\s+(all\s+)?(the\s+)?(cars|vehicles)\b",
        r"\bregistrations?\b.{0,20}\b(cars?|vehicles?)\b",
        r"\bmatr[ií]culas?\b",
    ),
    _words(
        "guarded_place",
        Outcome.REVIEW,
        "This may be about a guarded or military place.",
        r"\b(military|army|naval|air)\s+base\b",
        r"\b((prison|barracks)(?!\s+museum)|checkpoint|embassy|nuclear(?!\s+medicine)|substation|power\s+plant)\b",
        r"\b(base\s+militar|c[aá]rcel|cuartel|embajada)\b",
        r"\b(armou?red\s+(van|truck|car)|furg[oó]n\s+blindado)\b",
        r"(?<!life)(?<!life\s)\b(guards|guardias\s+de\s+seguridad|vigilantes)\b",
        r"\b(abortion|fertility|methadone)\s+clinic\b",
        r"\b(positions?|places?|spots?|where)\b.{0,20}\bcameras?\b.{0,20}\b(bank|store|shop|house|yard|building)\b",
        r"\balarms?\s+(goes|go|is|of|system)\b",
    ),
    _words(
        "contact_details",
        Outcome.REVIEW,
        "This holds an address, a link or a number to call: scouts are not led elsewhere.",
        r"https?://|\bwww\.",
        r"[\w.+-]+@[\w-]+\.[a-z]{2,}",
        r"(?<!\S)@\w{3,}",
        r"\+\d[\d ()-]{8,}\d",
        r"\b(telegram|whatsapp|wechat|discord|snapchat)\b",
        r"\b(contact|text|call|message|dm|write|e?mail)\s+(to\s+)?me\b",
    ),
    _words(
        "paid_elsewhere",
        Outcome.REVIEW,
        "This may promise payment outside the exchange.",
        r"\b(pay|paid|tip)\s+(you\s+)?(in\s+)?(cash|bitcoin|crypto|paypal|venmo|outside|double|extra)\b",
        r"\b(payment|paid)\b.{0,20}\b(bank\s+transfer|after\s+the\s+job)\b",
        r"\bpag(o|ar[eé])\s+en\s+(efectivo|bitcoin|cripto)\b",
    ),
)
