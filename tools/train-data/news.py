#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes news.conllu: sentences of diplomatic newswire with their trees, for training only.

The treebanks have few verbs that states use about each other and few of the wire's own forms (postposed speakers, titles and names,
"on Friday" before the verb, headlines). Here a small grammar in our own words builds such sentences from the tree up, by the
conventions of EWT and GUM, so that every arc is known. Names of persons are made up; what the sentences claim is random.
Usage: news.py [NUMBER [SEED]] > news.conllu
"""
import random
import sys


class W:
    """A word with its dependents: left and right are lists of (relation, W), nearest last and first."""

    def __init__(self, form, upos, xpos, lemma=None):
        self.form, self.upos, self.xpos = form, upos, xpos
        self.lemma = lemma if lemma is not None else (form if upos == 'PROPN' else form.lower())
        self.left, self.right = [], []

    def pre(self, rel, w):  # inserted directly before the word
        self.left.append((rel, w))
        return self

    def front(self, rel, w):  # before all other dependents
        self.left.insert(0, (rel, w))
        return self

    def post(self, rel, w):
        self.right.append((rel, w))
        return self

    def words(self):
        out = []
        for _, w in self.left:
            out += w.words()
        out.append(self)
        for _, w in self.right:
            out += w.words()
        return out

    def heads(self, head, rel, table):
        table[id(self)] = (head, rel)
        for r, w in self.left + self.right:
            w.heads(self, r, table)


R = random.Random(1)
pick = lambda *a: R.choice(a)
chance = lambda p: R.random() < p

# ---- words ----

COUNTRIES = [('Japan', 'Japanese', 'Tokyo'), ('China', 'Chinese', 'Beijing'), ('Russia', 'Russian', 'Moscow'), ('France', 'French', 'Paris'),
    ('Germany', 'German', 'Berlin'), ('Britain', 'British', 'London'), ('India', 'Indian', 'Delhi'), ('Pakistan', 'Pakistani', 'Islamabad'),
    ('Iran', 'Iranian', 'Tehran'), ('Israel', 'Israeli', 'Jerusalem'), ('Turkey', 'Turkish', 'Ankara'), ('Egypt', 'Egyptian', 'Cairo'),
    ('Kenya', 'Kenyan', 'Nairobi'), ('Nigeria', 'Nigerian', 'Abuja'), ('Ethiopia', 'Ethiopian', 'Addis_Ababa'), ('Sudan', 'Sudanese', 'Khartoum'),
    ('Syria', 'Syrian', 'Damascus'), ('Iraq', 'Iraqi', 'Baghdad'), ('Ukraine', 'Ukrainian', 'Kyiv'), ('Poland', 'Polish', 'Warsaw'),
    ('Belarus', 'Belarusian', 'Minsk'), ('Serbia', 'Serbian', 'Belgrade'), ('Greece', 'Greek', 'Athens'), ('Cuba', 'Cuban', 'Havana'),
    ('Venezuela', 'Venezuelan', 'Caracas'), ('Colombia', 'Colombian', 'Bogota'), ('Brazil', 'Brazilian', 'Brasilia'), ('Mexico', 'Mexican', 'Mexico_City'),
    ('Canada', 'Canadian', 'Ottawa'), ('Australia', 'Australian', 'Canberra'), ('Indonesia', 'Indonesian', 'Jakarta'), ('Vietnam', 'Vietnamese', 'Hanoi'),
    ('Thailand', 'Thai', 'Bangkok'), ('Myanmar', 'Burmese', 'Naypyidaw'), ('Taiwan', 'Taiwanese', 'Taipei'), ('Armenia', 'Armenian', 'Yerevan'),
    ('Georgia', 'Georgian', 'Tbilisi'), ('Libya', 'Libyan', 'Tripoli'), ('Yemen', 'Yemeni', 'Sanaa'), ('Qatar', 'Qatari', 'Doha'),
    ('Rwanda', 'Rwandan', 'Kigali'), ('Uganda', 'Ugandan', 'Kampala'), ('Zimbabwe', 'Zimbabwean', 'Harare'), ('Norway', 'Norwegian', 'Oslo'),
    ('Lithuania', 'Lithuanian', 'Vilnius'), ('North_Korea', None, 'Pyongyang'), ('South_Korea', None, 'Seoul'), ('Saudi_Arabia', 'Saudi', 'Riyadh')]
FIRST = 'Kenji Wei Arkady Maria Ali Hassan Amina Piotr Elena Jean Claude Lucia Diego Samuel Grace Ravi Priya Tariq Leila Omar Yusuf Nadia Boris Ivana Tomas Karin Lars Thabo Kofi Abebe Min Jun Hiroshi Yoko Anders Helga Paolo Carmen Jorge Rachel David Michael Susan Robert'.split()
LAST = 'Sato Tanaka Zhang Liu Volkov Orlova Rahimi Haddad Kowalski Petrov Dubois Martin Rossi Mendez Alvarez Okafor Mwangi Sharma Gupta Khan Aziz Demir Yilmaz Novak Horvat Lindqvist Nkosi Mensah Tadesse Park Kim Nguyen Tran Santos Silva Cohen Levy Carter Bennett Walsh Hughes Weber Fischer Jansen Popov Ivanov Sokolov'.split()
DAYS = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split()
MONTHS = 'January February March April May June July August September October November December'.split()
IRREGULAR = {'say': ('said', 'said'), 'tell': ('told', 'told'), 'hold': ('held', 'held'), 'send': ('sent', 'sent'), 'seek': ('sought', 'sought'),
    'meet': ('met', 'met'), 'make': ('made', 'made'), 'take': ('took', 'taken'), 'give': ('gave', 'given'), 'begin': ('began', 'begun'),
    'withdraw': ('withdrew', 'withdrawn'), 'win': ('won', 'won'), 'break': ('broke', 'broken'), 'freeze': ('froze', 'frozen'), 'keep': ('kept', 'kept'),
    'leave': ('left', 'left'), 'lead': ('led', 'led'), 'build': ('built', 'built'), 'fight': ('fought', 'fought'), 'cut': ('cut', 'cut'),
    'be': ('was', 'been'), 'have': ('had', 'had'), 'free': ('freed', 'freed'), 'ban': ('banned', 'banned'), 'expel': ('expelled', 'expelled'),
    'drop': ('dropped', 'dropped'), 'plan': ('planned', 'planned'), 'shell': ('shelled', 'shelled'), 'veto': ('vetoed', 'vetoed'), 'pay': ('paid', 'paid'), 'compel': ('compelled', 'compelled')}
DOUBLE = {'ban', 'expel', 'compel', 'drop', 'plan', 'begin', 'win', 'cut'}


def inflect(lemma, xpos):
    past, part = IRREGULAR.get(lemma, (None, None))
    if xpos in ('VB', 'VBP'):
        return lemma
    if xpos == 'VBZ':
        if lemma == 'have':
            return 'has'
        if lemma[-1] == 'y' and lemma[-2] not in 'aeo':
            return lemma[:-1] + 'ies'
        return lemma + ('es' if lemma[-2:] in ('sh', 'ch', 'ss', 'to') else 's')
    if xpos == 'VBG':
        if lemma in DOUBLE:
            return lemma + lemma[-1] + 'ing'
        return (lemma[:-1] if lemma[-1] == 'e' and lemma not in ('be', 'free') else lemma) + 'ing'
    if past:
        return past if xpos == 'VBD' else part
    if lemma[-1] == 'y' and lemma[-2] not in 'aeo':
        return lemma[:-1] + 'ied'
    return lemma + ('d' if lemma[-1] == 'e' else 'ed')


def verb(lemma, xpos):
    return W(inflect(lemma, xpos), 'VERB', xpos, lemma)


def be(xpos, plural, upos='AUX'):
    form = {'VB': 'be', 'VBN': 'been', 'VBG': 'being', 'VBD': 'were' if plural else 'was', 'VBZ': 'is', 'VBP': 'are'}[xpos]
    return W(form, upos, xpos, 'be')


adp = lambda f: W(f, 'ADP', 'IN')
mark = lambda f: W(f, 'SCONJ', 'IN')
to = lambda: W('to', 'PART', 'TO')
comma = lambda: W(',', 'PUNCT', ',')
the = lambda: W('the', 'DET', 'DT')
an = lambda w: W('an' if w[0].lower() in 'aeio' else 'a', 'DET', 'DT', 'a')
propn = lambda f: W(f, 'PROPN', 'NNPS' if f in ('Nations', 'States', 'Affairs', 'Rights') else 'NNP')


def noun(f, plural=False):
    if not plural:
        return W(f, 'NOUN', 'NN')
    form = f[:-1] + 'ies' if f[-1] == 'y' and f[-2] not in 'aeo' else f + ('es' if f[-1] in 'sx' or f[-2:] in ('sh', 'ch') else 's')
    return W(form, 'NOUN', 'NNS', f)


def adj(f):
    return W(f, 'ADJ', 'JJ')


# ---- noun phrases: each returns (word, plural) ----

def name_of(country):
    if '_' in country:
        a, b = country.split('_')
        w = propn(b)
        if a == 'Saudi':
            return w.pre('amod', W(a, 'ADJ', 'NNP'))
        return w.pre('compound', propn(a))
    return propn(country)


def city(name):
    if name == 'Addis_Ababa':
        return propn('Addis').post('flat', propn('Ababa'))
    if name == 'Mexico_City':
        return propn('City').pre('compound', propn('Mexico'))
    return propn(name)


def country():
    r = R.random()
    if r < 0.12:
        return propn('States').pre('det', the()).pre('amod', W('United', 'ADJ', 'NNP')), False
    if r < 0.16:
        return propn('Kingdom').pre('det', the()).pre('amod', W('United', 'ADJ', 'NNP')), False
    return name_of(R.choice(COUNTRIES)[0]), False


def capital():
    return city(R.choice([c[2] for c in COUNTRIES] + ['Washington', 'Brussels', 'Washington'])), False


def nationality(w):
    """A modifier that says whose: an adjective, or U.S. and the like."""
    r = R.random()
    if r < 0.2:
        return w.pre('compound', propn(pick('U.S.', 'U.S.', 'U.N.', 'EU', 'UN', 'US')))
    if r < 0.28:
        korea = pick('North', 'South')
        return w.pre('amod', W('Korean', 'ADJ', 'JJ').pre('amod', W(korea, 'ADJ', 'JJ')))
    return w.pre('amod', adj(R.choice([c[1] for c in COUNTRIES if c[1]])))


def title():
    """A title that can stand before a name."""
    t = pick('President', 'Foreign Minister', 'Prime Minister', 'Defense Minister', 'spokesman', 'Foreign Ministry spokesman', 'ambassador',
             'Chancellor', 'Mr.', 'Ms.', 'Gen.', 'Sen.', 'envoy', 'spokeswoman', 'Mr', 'Finance Minister', 'Vice President', 'Deputy Prime Minister',
             'Foreign Secretary', 'opposition leader', 'King', 'Ambassador')
    if chance(0.06):
        if chance(0.5):
            return propn('Secretary').post('nmod', propn('State').front('case', adp('of')))
        return propn('Minister').post('nmod', propn(pick('Defense', 'Justice', 'Finance', 'Health')).front('case', adp('of')))
    parts = t.split()
    head = propn(parts[-1]) if parts[-1][0].isupper() else noun(parts[-1])
    for p in parts[:-1]:
        if p in ('Foreign', 'Prime', 'Deputy', 'Vice'):
            head.pre('amod', W(p, 'ADJ', 'NNP'))
        else:
            head.pre('compound', propn(p) if p[0].isupper() else noun(p))
    if t[:2] not in ('Mr', 'Ms') and t not in ('Gen.', 'Sen.', 'King') and chance(0.45):
        extra = W('x', 'X', 'X')
        nationality(extra)
        head.left = extra.left + head.left
        if chance(0.15):
            head.front('amod', adj(pick('former', 'new')))
    return head


def person():
    r = R.random()
    if chance(0.1):
        w = propn(pick('Park', 'Kim', 'Lee', 'Choi', 'Chen', 'Al', 'Tsai', 'Moon')).post('flat', propn(pick('Min', 'Jae', 'Sung', 'Ing', 'Yong')))
        w.post('flat', propn(pick('jun', 'hee', 'min', 'wen', 'ho')).front('punct', W('-', 'PUNCT', 'HYPH')))
    else:
        w = propn(R.choice(FIRST)).post('flat', propn(R.choice(LAST))) if chance(0.7) else propn(R.choice(LAST))
    if r < 0.62:
        w.pre('nmod:desc', title())
    elif r < 0.82 and w.right:
        role, _ = office()
        w.post('appos', role.front('punct', comma()).post('punct', comma()))
    return w, False


def office():
    """the country's foreign minister"""
    parts = pick(('minister', 'foreign'), ('minister', 'prime'), ('minister', 'deputy', 'foreign'), ('president',), ('diplomat', 'top'), ('official', 'senior'),
                 ('adviser', 'national', 'security'), ('minister', 'defense'), ('leader', 'opposition'), ('spokesman', 'government'), ('envoy', 'special'),
                 ('ambassador',), ('lawmaker', 'senior'), ('chief', 'army'), ('negotiator', 'chief'))
    w = noun(parts[0])
    for p in parts[1:]:
        if p in ('defense', 'opposition', 'government', 'army'):
            w.pre('compound', noun(p))
        elif p == 'security':
            w.left.pop()
            w.pre('compound', noun(p).pre('amod', adj('national')))
        else:
            w.pre('amod', adj(p))
    r = R.random()
    if r < 0.3:
        w.front('nmod:poss', possessor())
    elif r < 0.5:
        extra = W('x', 'X', 'X')
        nationality(extra)
        w.left = extra.left + w.left
        w.front('det', pick(the(), an(w.words()[0].form)))
    else:
        w.front('det', the() if parts[0] not in ('official', 'lawmaker', 'diplomat') else an(w.words()[0].form))
        if chance(0.2):
            w.post('nmod', country()[0].front('case', adp('of')))
    return w, False


def possessor():
    w = pick(country, country, capital)()[0] if chance(0.75) else noun(pick('country', 'government', 'ministry', 'region')).pre('det', the())
    if chance(0.1):
        return W(pick('its', 'his', 'their', 'her'), 'PRON', 'PRP$', pick('its', 'his', 'their', 'her'))
    last = w.words()[-1].form
    return w.post('case', W("'" if last[-1] == 's' and chance(0.5) else "'s", 'PART', 'POS', "'s"))


def body():
    r = R.randrange(12)
    if r == 0:
        w = propn('Council').pre('det', the())
        if chance(0.7):
            w.pre('compound', propn(pick('U.N.', 'UN')))
        return w.pre('compound', propn('Security')), False
    if r == 1:
        return propn('Nations').pre('det', the()).pre('amod', W('United', 'ADJ', 'NNP')), False
    if r == 2:
        return propn('Union').pre('det', the()).pre('amod', W(pick('European', 'African'), 'ADJ', 'NNP')), False
    if r == 3:
        return propn(pick('NATO', 'ASEAN', 'Amnesty', 'Hamas', 'Hezbollah', 'UNICEF')), False
    if r == 4:
        return propn('Ministry').pre('det', the()).pre(*pick(('amod', W('Foreign', 'ADJ', 'NNP')), ('compound', propn('Defense')))), False
    if r == 5:
        return noun('government').pre('det', the()) if chance(0.4) else nationality(noun('government').pre('det', the())), False
    if r == 6:
        return noun('house').pre('det', the()).pre('amod', W(pick('lower', 'upper'), 'ADJ', 'JJR', pick('low'))).post('nmod', noun('parliament').pre('case', adp('of'))), False
    if r == 7:
        return noun('party').pre('det', the()).pre('amod', W('ruling', 'VERB', 'VBG', 'rule')), False
    if r == 8:
        return nationality(noun(pick('parliament', 'army', 'court', 'military', 'cabinet')).pre('det', the())), False
    if r == 9:
        return propn('House').pre('det', the()).pre('amod', W('White', 'ADJ', 'NNP')), False
    if r == 10:
        w = noun(pick('group', 'bloc', 'council', 'alliance', 'commission', 'tribunal')).pre('det', the())
        if chance(0.5):
            w.pre('compound', noun(pick('rights', 'opposition', 'trade', 'rebel', 'aid')) if chance(0.5) else W('rights', 'NOUN', 'NNS', 'right'))
        return w, False
    return propn('Department').pre('det', the()).pre('compound', propn('State')), False


def number():
    w = W(pick('two', 'three', '12', '20', '150', '1,200', '40', 'seven', '300'), 'NUM', 'CD')
    r = R.random()
    if r < 0.2:
        return w.pre('nmod', W('least', 'ADJ', 'JJS', 'little').pre('case', adp('at')))
    if r < 0.4:
        return w.pre('advmod', W('more', 'ADJ', 'JJR', 'much').post('fixed', adp('than')))
    if r < 0.5:
        return w.pre('advmod', W(pick('nearly', 'about', 'almost', 'around'), 'ADV', 'RB'))
    return w


def group():
    w = noun(pick('official', 'diplomat', 'minister', 'leader', 'lawmaker', 'rebel', 'protester', 'soldier', 'activist', 'force', 'ally', 'troop', 'prosecutor', 'expert'), True)
    r = R.random()
    if r < 0.45:
        nationality(w)
        if chance(0.25):
            w.front('amod', adj(pick('senior', 'top', 'former')))
    elif r < 0.6:
        w.pre('compound', noun(pick('government', 'opposition', 'security', 'army', 'aid')))
    elif r < 0.75:
        w.pre('nummod', number()) if chance(0.6) else w.pre(*pick(('amod', adj(pick('several', 'many', 'other'))), ('det', W('some', 'DET', 'DT'))))
    elif r < 0.85:
        w.pre('det', the())
    return w, True


def side():
    w = noun(pick('side', 'country', 'government', 'neighbor', 'leader', 'capital'), True)
    return w.pre('det', pick(the(), W('both', 'DET', 'DT'))).pre('nummod', W('two', 'NUM', 'CD')) if chance(0.7) else w.pre('det', W('both', 'DET', 'DT')), True


def pronoun():
    f, p = pick(('he', False), ('she', False), ('they', True), ('it', False))
    return W(f, 'PRON', 'PRP'), p


def listed(make, least=2):
    """A, B and C"""
    n = pick(2, 2, 2, 3, 3, 4) if least == 2 else pick(3, 4, 5)
    first = make()[0]
    for i in range(1, n):
        w = make()[0]
        if i == n - 1:
            w.front('cc', W(pick('and', 'and', 'and', 'or'), 'CCONJ', 'CC'))
            if n > 2 and chance(0.3):
                w.front('punct', comma())
        else:
            w.front('punct', comma())
        first.post('conj', w)
    return first, True


def actor():
    r = R.random()
    if r < 0.27:
        return country()
    if r < 0.38:
        return capital()
    if r < 0.58:
        return person()
    if r < 0.66:
        return office()
    if r < 0.77:
        return body()
    if r < 0.88:
        return group()
    if r < 0.92:
        return side()
    return listed(country)


def speaker():
    r = R.random()
    if r < 0.4:
        return person()
    if r < 0.5:
        return office()
    if r < 0.68:
        return group()
    if r < 0.8:
        return body()
    if r < 0.93:
        return pronoun()
    w = noun(pick('person', 'official', 'source'))
    w.pre('det', an(w.form)).post('amod', adj('familiar').post('obl', noun('matter').pre('case', adp('with')).pre('det', the())))
    return w, False


def gerund_phrase(depth):
    v = act('VBG', depth + 1)
    return v


def thing(depth=0):
    """What is done, signed, condemned: an abstract or concrete object."""
    r = R.randrange(17)
    if r == 13:
        w = noun('call', True)
        if chance(0.5):
            w.post('nmod', noun(pick('inquiry', 'boycott', 'ceasefire', 'election', 'withdrawal')).front('det', an('e')).front('case', adp('for')))
            w.right[-1][1].left[1] = ('det', an(w.right[-1][1].form))
        else:
            w.post('acl', act('VB', 2).front('mark', to()))
        return w, True
    if r == 14:
        w = noun(pick('stance', 'statement', 'report', 'position', 'vote', 'meeting', 'resolution', 'law', 'agreement'))
        w.pre('amod', adj(pick('joint', 'tough', 'new', 'draft', 'critical'))) if chance(0.6) else w
        w.front('det', an(w.words()[0].form)) if chance(0.7) else w.front('nmod:poss', possessor())
        return w.post('nmod', thing(2)[0].front('case', adp(pick('on', 'on', 'on', 'about', 'over')))), False
    if r == 15:
        w = noun(pick('killing', 'detention', 'arrest', 'expulsion', 'imprisonment', 'withdrawal', 'release', 'execution', 'sale'))
        w.front('det', the())
        w.post('nmod', group()[0].front('case', adp('of')))
        if chance(0.3):
            w.post('nmod', actor()[0].front('case', adp('by')))
        return w, False
    if r == 16:
        w = noun(pick('pressure', 'effort', 'attempt', 'bid', 'threat', 'promise', 'refusal', 'right', 'request'))
        w.front('nmod:poss', possessor()) if chance(0.6) else w.front('det', the())
        return w.post('acl', act('VB', 2).front('mark', to())), False
    if r == 0:
        w = noun('resolution').front('det', an('r'))
        x = R.random()
        if x < 0.4 and depth < 2:
            c = verb(pick('condemn', 'criticize', 'support', 'demand', 'oppose'), 'VBG').post('obj', thing(2)[0])
            w.post('acl', c)
        elif x < 0.7 and depth < 2:
            c = verb('call', 'VBG').post('obl', noun('government').pre('case', adp('on')).pre('det', the())).post('xcomp', act('VB', 2).front('mark', to()))
            w.post('acl', c)
        elif x < 0.85:
            drafted = verb(pick('draft', 'back', 'sponsor'), 'VBN').pre('obl:unmarked', propn('U.S.').post('punct', W('-', 'PUNCT', 'HYPH')))
            w.pre('amod', drafted)
        return w, False
    if r == 1:
        return noun('sanction', True).post('nmod', pick(country, capital, group)()[0].front('case', adp(pick('on', 'against')))), True
    if r == 2:
        w = noun(pick('invasion', 'occupation', 'annexation', 'treatment', 'recognition', 'bombing', 'support'))
        w.front('nmod:poss', possessor())
        if chance(0.6):
            w.post('nmod', country()[0].front('case', adp('of' if w.form != 'support' else 'for')))
        return w, False
    if r == 3:
        w = noun(pick('agreement', 'plan', 'decision', 'deal', 'proposal', 'pledge', 'offer'))
        w.front('det', the()) if chance(0.5) else w.front('det', an(w.form))
        if depth < 2 and chance(0.6):
            w.post('acl', act('VB', depth + 1).front('mark', to()))
        elif chance(0.5):
            w.post('nmod', actor()[0].front('case', adp('with')))
        return w, False
    if r == 4:
        return noun('talk', True).post('nmod', actor()[0].front('case', adp('with'))), True
    if r == 5:
        w = noun(pick('missile', 'border', 'trade', 'human', 'peace', 'aid', 'weapon'))
        h = noun(pick('test', 'attack', 'violation', 'program', 'dispute', 'launch', 'ban', 'crackdown'), chance(0.4))
        if w.form == 'human':
            h = noun(pick('abuse', 'violation', 'record'), True).pre('compound', W('rights', 'NOUN', 'NNS', 'right').pre('amod', adj('human')))
            h.post('nmod', place().front('case', adp('in')))
            return h, True
        h.pre('compound', w)
        return h.front('nmod:poss', possessor()) if chance(0.5) else h.front('det', the()), h.xpos == 'NNS'
    if r == 6:
        return noun(pick('tie', 'relation'), True).pre('amod', adj(pick('diplomatic', 'economic', 'military'))).post('nmod', country()[0].front('case', adp('with'))), True
    if r == 7:
        w = noun(pick('treaty', 'ceasefire', 'embargo', 'boycott', 'draft', 'visit', 'summit', 'election'))
        return w.front('det', the()), False
    if r == 8:
        return group()
    if r == 9:
        w = noun('ban').front('det', an('b')).post('nmod', noun(pick('import', 'export'), True).front('case', adp('on')).post('nmod', country()[0].front('case', adp('from'))))
        return w, False
    if r == 10:
        return noun('aid').pre('amod', adj(pick('humanitarian', 'military', 'economic'))).post('nmod', country()[0].front('case', adp('to'))), False
    if r == 11:
        w = noun(pick('journalist', 'prisoner', 'activist', 'ambassador', 'diplomat'), True)
        return w.pre('nummod', number()) if chance(0.5) else w.pre('amod', verb('detain', 'VBN')).front('det', the()), True
    return listed(lambda: thing(2)) if depth == 0 and chance(0.5) else (noun(pick('report', 'move', 'statement', 'proposal', 'law', 'accusation')).front('det', the()), False)


def place():
    r = R.random()
    w = capital()[0] if r < 0.5 else country()[0] if r < 0.8 else propn(pick('Xinjiang', 'Tibet', 'Gaza', 'Crimea', 'Kashmir', 'Darfur', 'Kosovo', 'Geneva', 'Vienna', 'Tigray', 'Donbas'))
    return w


# ---- adverbials: (relation, word) ----

def when():
    r = R.random()
    if r < 0.4:
        return 'obl', propn(R.choice(DAYS)).pre('case', adp('on'))
    if r < 0.55:
        return 'obl:unmarked', propn(R.choice(DAYS))
    if r < 0.7:
        return 'obl:unmarked', noun(pick('week', 'month', 'year')).pre('amod', adj(pick('last', 'next')))
    if r < 0.76:
        return 'obl:unmarked', noun(pick('week', 'month', 'year')).pre('det', W('this', 'DET', 'DT'))
    if r < 0.84:
        return 'obl', W(str(R.randrange(1988, 2024)), 'NUM', 'CD').pre('case', adp(pick('in', 'since')))
    if r < 0.9:
        return 'obl', propn(R.choice(MONTHS)).pre('case', adp('in'))
    if r < 0.96:
        day = W(str(R.randrange(1, 29)), 'NUM', 'CD')
        month = propn(R.choice(MONTHS))
        return 'obl', (day.pre('nmod:unmarked', month) if chance(0.6) else day.post('nmod:unmarked', month)).front('case', adp('on'))
    return 'advmod', W('ago', 'ADV', 'RB').pre('obl:unmarked', noun(pick('week', 'month', 'year', 'day'), True).pre('nummod', W(pick('two', 'three', 'five', '10'), 'NUM', 'CD')))


def where():
    w = place()
    if chance(0.3):
        w = noun(pick('capital', 'city', 'region')).pre('det', the())
        if chance(0.5):
            w.post('punct', comma()).post('appos', capital()[0])
            w.right[0], w.right[1] = w.right[0], w.right[1]
            w.right[1][1].front('punct', w.right.pop(0)[1])
    return 'obl', w.front('case', adp('in'))


def setting():
    r = R.random()
    if r < 0.4:
        return 'obl', noun('statement').pre('case', adp('in')).pre('det', an('s'))
    if r < 0.8:
        return 'obl', noun(pick('conference', 'briefing')).pre('case', adp('at')).pre('det', an('n')).pre('compound', noun('news'))
    return 'obl', noun(pick('interview', 'speech', 'letter')).pre('case', adp('in')).pre('det', W(pick('a', 'an', 'an'), 'DET', 'DT', 'a'))


def circumstance(depth):
    """After, despite, over ..."""
    r = R.random()
    if r < 0.2 and depth < 2:
        return 'advcl', gerund_phrase(depth).front('mark', mark(pick('after', 'before', 'without', 'by')))
    if r < 0.45 and depth < 2:
        return 'advcl', clause(depth + 1, tense=pick('past', 'past', 'perfect')).front('mark', mark(pick('after', 'because', 'as', 'while', 'although', 'before')))
    if r < 0.6:
        return 'obl', thing(2)[0].front('case', adp(pick('over', 'over', 'despite', 'after', 'amid', 'during')) if chance(0.9) else adp('over'))
    if r < 0.8 and depth < 2:
        return 'advcl', act('VB', depth + 1).front('mark', to())
    return 'obl', noun(pick('protest', 'response', 'bid', 'retaliation')).front('case', adp('in')).post('nmod', thing(2)[0].front('case', adp('at' if chance(0.3) else 'to')))


# ---- verb phrases: the verb in the asked form with all that follows it ----

OBJ = ('condemn criticize welcome reject support back oppose denounce praise lift suspend sign ratify adopt approve recall expel summon release detain arrest '
       'free deploy launch boycott block veto postpone cancel resume review discuss protest violate break honor endorse defend ban invade bomb shell visit host '
       'leave join enter receive send hold demand propose seek accept end prolong delay extend tighten ease freeze halt').split()
XCOMP = 'agree refuse decline vow pledge promise threaten seek plan want hope offer fail continue begin move decide intend prepare try struggle'.split()
THAT = 'say announce deny confirm insist warn claim argue believe suggest report acknowledge concede stress complain hope declare'.split()


def act(xpos, depth=0):
    r = R.random()
    if depth >= 2 or r < 0.34:
        v = verb(R.choice(OBJ), xpos)
        v.post('obj', thing(depth + 1)[0])
    elif r < 0.42:
        v = verb('impose', xpos).post('obj', noun(pick('sanction', 'tariff', 'restriction', 'curfew'), True)).post('obl', actor()[0].front('case', adp('on')))
    elif r < 0.49:
        v = verb(pick('accuse', 'accuse', 'suspect'), xpos).post('obj', actor()[0])
        if chance(0.75):
            v.post('advcl', gerund_phrase(depth + 1).front('mark', mark('of')))
        else:
            v.post('obl', noun(pick('espionage', 'aggression', 'terrorism', 'interference')).pre('case', adp('of')))
    elif r < 0.56:
        v = verb(pick('urge', 'ask', 'press', 'allow', 'tell', 'encourage'), xpos)
        v.post('iobj', actor()[0]).post('xcomp', act('VB', depth + 1).front('mark', to()))
    elif r < 0.6:
        v = verb(pick('force', 'order', 'compel', 'push'), xpos).post('obj', actor()[0]).post('xcomp', act('VB', depth + 1).front('mark', to()))
    elif r < 0.66:
        v = verb('call', xpos).post('obl', actor()[0].front('case', adp('on'))).post('xcomp', act('VB', depth + 1).front('mark', to()))
    elif r < 0.7:
        v = verb('call', xpos).post('obl', thing(depth + 1)[0].front('case', adp('for')))
    elif r < 0.78:
        v = verb(R.choice(XCOMP), xpos)
        v.post('xcomp', act('VB', depth + 1).front('mark', to()).front('advmod', W('not', 'PART', 'RB')) if chance(0.1) else act('VB', depth + 1).front('mark', to()))
    elif r < 0.82:
        v = verb(pick('withdraw', 'pull'), xpos)
        if v.lemma == 'withdraw':
            v.post('obj', group()[0]).post('obl', country()[0].front('case', adp('from'))) if chance(0.5) else v.post('obl', thing(2)[0].front('case', adp('from')))
        else:
            v.post('advmod', W('out', 'ADV', 'RB')).post('obl', thing(2)[0].front('case', adp('of')))
    elif r < 0.86:
        v = verb(pick('provide', 'supply', 'threaten'), xpos).post('obj', actor()[0]).post('obl', noun(pick('weapon', 'arm', 'sanction', 'missile'), True).pre('case', adp('with')))
    elif r < 0.9:
        v = verb('hold', xpos).post('obj', noun('talk', True)).post('obl', actor()[0].front('case', adp('with')))
        if chance(0.5):
            v.post(*where())
    elif r < 0.92:
        v = verb('call', xpos).post('obj', thing(2)[0]).post('xcomp', noun(pick('genocide', 'provocation', 'interference', 'aggression', 'terrorism')) if chance(0.5)
                                                             else noun(pick('violation', 'mistake', 'threat', 'crime', 'provocation')).pre('det', W('a', 'DET', 'DT')))
        if chance(0.3):
            v = verb('describe', xpos).post('obj', thing(2)[0]).post('obl', noun(pick('violation', 'mistake', 'threat', 'crime')).pre('case', adp('as')).pre('det', W('a', 'DET', 'DT')))
    elif r < 0.935:
        v = verb(pick('kill', 'wound', 'capture', 'arrest'), xpos).post('obj', noun(pick('soldier', 'civilian', 'rebel', 'protester', 'child'), True).pre('nummod', number()))
        v.right[-1][1].form = v.right[-1][1].form.replace('childs', 'children')
        v.post('obl', noun(pick('attack', 'raid', 'strike', 'clash')).pre('case', adp('in')).pre('det', W('a', 'DET', 'DT')).post('nmod', place().front('case', adp('near' if chance(0.5) else 'in'))))
    elif r < 0.945:
        v = verb('meet', xpos).post('obl', person()[0].front('case', adp('with')))
    elif r < 0.96:
        v = verb('vote', xpos).post('obl', thing(2)[0].front('case', adp(pick('for', 'against'))))
        if chance(0.4):
            v.right.pop()
            v.post('advcl', act('VB', 2).front('mark', to()))
    else:
        v = verb(pick('blame', 'criticize', 'thank', 'praise', 'condemn'), xpos).post('obj', actor()[0]).post('advcl', gerund_phrase(depth + 1).front('mark', mark('for')))
    if depth == 0 and chance(0.3):
        v.post(*when())
    elif depth < 2 and chance(0.08):
        v.post(*when())
    if depth == 0 and chance(0.22):
        v.post(*circumstance(1))
    return v


def finite(subject, plural, depth=0, tense=None, passive_ok=True):
    """A clause around its verb."""
    t = tense or pick('past', 'past', 'past', 'past', 'present', 'perfect', 'future', 'modal', 'pastperfect', 'progressive', 'ready', 'expected', 'yet', 'critical')
    neg = lambda: W(pick('not', 'not', "n't"), 'PART', 'RB', 'not')
    rel = 'nsubj'
    if passive_ok and tense is None and chance(0.13):
        v = verb(R.choice([x for x in OBJ if x not in ('leave', 'seek', 'join', 'enter')]), 'VBN')
        v.pre('aux:pass', be(pick('VBD', 'VBD', 'VBZ' if not plural else 'VBP'), plural))
        if chance(0.5):
            v.post('obl:agent', actor()[0].front('case', adp('by')))
        if chance(0.5):
            v.post(*when())
        rel = 'nsubj:pass'
    elif t == 'past':
        if chance(0.12):
            v = act('VB', depth).pre('aux', W('did', 'AUX', 'VBD', 'do')).pre('advmod', neg())
        else:
            v = act('VBD', depth)
            if chance(0.08):
                v.pre('advmod', W(pick('also', 'strongly', 'repeatedly', 'formally', 'reportedly', 'quickly', 'again'), 'ADV', 'RB'))
    elif t == 'present':
        v = act('VBP' if plural else 'VBZ', depth)
    elif t == 'perfect':
        v = act('VBN', depth).pre('aux', W('have' if plural else 'has', 'AUX', 'VBP' if plural else 'VBZ', 'have'))
        if chance(0.25):
            v.pre('advmod', W(pick('not', 'repeatedly', 'already', 'long', 'also'), 'ADV', 'RB'))
            if v.left[-1][1].form == 'not':
                v.left[-1][1].upos = 'PART'
    elif t == 'pastperfect':
        v = act('VBN', depth).pre('aux', W('had', 'AUX', 'VBD', 'have'))
    elif t == 'future':
        v = act('VB', depth).pre('aux', W('will', 'AUX', 'MD'))
        if chance(0.25):
            v.pre('advmod', W(pick('not', 'never'), 'PART', 'RB'))
            if v.left[-1][1].form == 'never':
                v.left[-1][1].upos = 'ADV'
    elif t == 'modal':
        v = act('VB', depth).pre('aux', W(pick('would', 'could', 'may', 'might', 'should', 'must'), 'AUX', 'MD'))
        if chance(0.2):
            v.pre('advmod', W('not', 'PART', 'RB'))
    elif t == 'progressive':
        v = act('VBG', depth).pre('aux', be(pick('VBD', 'VBP' if plural else 'VBZ'), plural))
    elif t == 'ready':
        v = adj(pick('ready', 'willing', 'reluctant', 'likely', 'unlikely', 'prepared', 'able', 'eager', 'unwilling', 'due', 'due', 'free'))
        v.pre('cop', be(pick('VBD', 'VBP' if plural else 'VBZ'), plural))
        if chance(0.15):
            v.pre('advmod', neg())
        v.post('xcomp', act('VB', depth + 1).front('mark', to()))
    elif t == 'critical':
        word, case = pick(('critical', 'of'), ('wary', 'of'), ('concerned', 'about'), ('angry', 'over'), ('opposed', 'to'), ('committed', 'to'), ('supportive', 'of'))
        v = adj(word).pre('cop', be(pick('VBD', 'VBP' if plural else 'VBZ'), plural)).post('obl', thing(depth + 1)[0].front('case', adp(case)))
        if chance(0.2):
            v.pre('advmod', W(pick('deeply', 'highly', 'increasingly'), 'ADV', 'RB'))
    elif t == 'expected':
        v = pick(verb('expect', 'VBN'), verb('expect', 'VBN'), verb('force', 'VBN'), verb('ask', 'VBN'), W('set', 'VERB', 'VBN')).pre('aux:pass', be(pick('VBD', 'VBP' if plural else 'VBZ'), plural))
        v.post('xcomp', act('VB', depth + 1).front('mark', to()))
        rel = 'nsubj:pass'
    else:
        v = W('have' if plural else 'has', 'VERB', 'VBP' if plural else 'VBZ', 'have').post('advmod', W('yet', 'ADV', 'RB'))
        v.post('xcomp', act('VB', depth + 1).front('mark', to()))
    v.front(rel, subject)
    return v


def document(depth):
    """The agreement, signed in Geneva, calls for ..."""
    w = noun(pick('agreement', 'resolution', 'statement', 'treaty', 'law', 'draft', 'deal', 'plan', 'report', 'motion')).pre('det', the())
    if chance(0.4):
        a = verb(pick('sign', 'adopt', 'draft', 'back', 'approve', 'propose'), 'VBN')
        if chance(0.6):
            a.post('obl:agent', actor()[0].front('case', adp('by')))
        else:
            a.post(*where())
        w.post('acl', a.front('punct', comma()).post('punct', comma()))
    t = pick('past', 'present', 'present')
    v = verb(pick('call', 'call', 'condemn', 'demand', 'urge', 'require'), 'VBD' if t == 'past' else 'VBZ')
    if v.lemma == 'call':
        v.post('obl', thing(2)[0].front('case', adp('for'))) if chance(0.6) else v.post('obl', actor()[0].front('case', adp('on'))).post('xcomp', act('VB', 2).front('mark', to()))
    elif v.lemma in ('urge', 'require'):
        v.post('iobj' if v.lemma == 'urge' else 'obj', actor()[0]).post('xcomp', act('VB', 2).front('mark', to()))
    else:
        v.post('obj', thing(2)[0])
    return v.front('nsubj', w)


def clause(depth=0, tense=None):
    if tense is None and chance(0.1):
        return document(depth)
    subject, plural = actor()
    if depth == 0 and chance(0.05) and not any(r == 'appos' for r, _ in subject.right):
        a = verb(pick('appoint', 'elect', 'arrest', 'expel', 'criticize'), 'VBN').post(*when()).front('punct', comma()).post('punct', comma())
        subject.post('acl', a)
    elif depth == 0 and chance(0.12):
        relative = finite(pick(W('who', 'PRON', 'WP'), W('who', 'PRON', 'WP'), W('which', 'PRON', 'WDT')), plural, 2, 'past')
        close = comma()
        relative.front('punct', comma()).post('punct', close)
        if not any(r == 'appos' for r, _ in subject.right):
            subject.post('acl:relcl', relative)
    v = finite(subject, plural, depth, tense)
    if depth == 0 and chance(0.12):  # "on Friday" between subject and verb
        at = 1
        v.left.insert(at, when())
    return v


def content(depth=1):
    """What somebody says."""
    return finite(*(pronoun() if chance(0.3) else actor()), depth)


def speech(order=None):
    order = order or pick('that', 'bare', 'post', 'post', 'quote', 'quote', 'invert', 'told', 'toldpost', 'middle', 'according')
    who, plural = speaker()
    say = W('said', 'VERB', 'VBD', 'say')
    if order in ('that', 'bare'):
        v = verb(R.choice(THAT), 'VBD') if chance(0.6) else say
        c = content(pick(0, 1, 1))
        if order == 'that' or v.lemma not in ('say', 'believe', 'hope', 'claim'):
            c.front('mark', mark('that'))
        v.front('nsubj', who)
        if chance(0.3):
            v.post(*pick(when, setting)())
        v.post('ccomp', c)
        if chance(0.15):
            v.post('conj', verb(pick('accuse', 'urge', 'condemn', 'reject', 'call'), 'VBD').post('obj', actor()[0]).front('cc', W(pick('and', 'but'), 'CCONJ', 'CC')))
            if v.right[-1][1].lemma == 'accuse':
                v.right[-1][1].post('advcl', gerund_phrase(1).front('mark', mark('of')))
            elif v.right[-1][1].lemma == 'urge':
                v.right[-1][1].right[0] = ('iobj', v.right[-1][1].right[0][1])
                v.right[-1][1].post('xcomp', act('VB', 1).front('mark', to()))
            elif v.right[-1][1].lemma == 'call':
                v.right[-1][1].right = [('obl', actor()[0].front('case', adp('for')))]
            if chance(0.4):
                v.right[-1][1].front('punct', comma())
        return v
    if order in ('post', 'quote', 'invert'):
        c = content(pick(0, 1))
        c.post('punct', comma())
        if order != 'post':
            c.front('punct', W('"', 'PUNCT', '``', '"')).post('punct', W('"', 'PUNCT', "''", '"'))
        if order == 'invert' and who.upos != 'PRON':
            say.post('nsubj', who)
            say.front('ccomp', c)
        else:
            say.front('nsubj', who).front('ccomp', c)
            if chance(0.4):
                say.post(*pick(when, setting)())
        return say
    if order in ('told', 'toldpost'):
        v = W('told', 'VERB', 'VBD', 'tell').post('iobj', noun(pick('reporter', 'lawmaker', 'journalist'), True) if chance(0.6) else propn(pick('Reuters', 'CNN', 'parliament', 'AFP')))
        if chance(0.4):
            v.post(*where())
        if chance(0.3):
            v.post(*when())
        if order == 'told':
            c = content(pick(0, 1))
            return v.front('nsubj', who).post('ccomp', c.front('mark', mark('that')) if chance(0.8) else c)
        c = content(pick(0, 1)).post('punct', comma())
        if chance(0.6):
            c.front('punct', W('"', 'PUNCT', '``', '"')).post('punct', W('"', 'PUNCT', "''", '"'))
        return v.front('nsubj', who).front('ccomp', c)
    if order == 'middle':
        v = clause(1)
        p = W('said', 'VERB', 'VBD', 'say').front('nsubj', speaker()[0]).front('punct', comma()).post('punct', comma())
        v.left.insert(1, ('parataxis', p))
        return v
    v = clause(1)
    s = speaker()[0]
    s.front('case', W('according' if chance(0.5) else 'According', 'VERB', 'VBG', 'accord').post('fixed', adp('to')))
    if s.left[0][1].form == 'According':
        return v.front('obl', s.post('punct', comma()))
    return v.post('obl', s.front('punct', comma()))


def sentence():
    r = R.random()
    if r < 0.32:
        v = clause()
    elif r < 0.68:
        v = speech()
    elif r < 0.76:  # conditional, concessive in front
        c = clause(1, pick('present', 'past')).front('mark', mark(pick('If', 'If', 'While', 'Although', 'After', 'As')))
        c.post('punct', comma())
        v = finite(*actor(), 1, pick('future', 'modal', 'past')).front('advcl', c)
    elif r < 0.83:  # adverbial in front
        rel, w = pick(when, lambda: ('obl', thing(2)[0].front('case', adp(pick('Despite', 'After', 'Amid')))), where)()
        if chance(0.7):
            w.post('punct', comma())
        v = clause(1).front(rel, w)
    elif r < 0.9:  # coordinated verbs
        v = clause(1, pick('past', 'perfect'))
        xpos = 'VBD' if v.xpos == 'VBD' else 'VBN'
        n = pick(1, 1, 2)
        for i in range(n):
            c = act(xpos, 2)
            c.front('cc', W(pick('and', 'and', 'but'), 'CCONJ', 'CC')) if i == n - 1 else c
            if n > 1 or chance(0.3):
                c.front('punct', comma())
            v.post('conj', c)
    else:  # ", warning that ..."
        v = clause(1)
        g = verb(pick('warn', 'say', 'argue', 'insist', 'add', 'claim', 'stress'), 'VBG').post('ccomp', content().front('mark', mark('that')))
        if chance(0.3):
            g = act('VBG', 1)
        v.post('advcl', g.front('punct', comma()))
    v.post('punct', W('.', 'PUNCT', '.'))
    return v


def headline():
    make = lambda: pick(country, capital, person, lambda: (propn(pick('EU', 'U.N.', 'NATO', 'UN', 'ASEAN')), False))()
    r = R.random()
    s, plural = make()
    if r < 0.55:
        v = act('VBZ', 1).front('nsubj', s)
    elif r < 0.75:
        v = act('VB', 1).front('mark', to()).front('nsubj', s)
    elif r < 0.9:
        v = W('says', 'VERB', 'VBZ', 'say').front('nsubj', s).post('ccomp', finite(*make(), 2, pick('future', 'past', 'present')))
    else:
        v = verb(R.choice(OBJ), 'VBZ').front('nsubj', s).post('obj', thing(2)[0]).post('obl', thing(2)[0].front('case', adp(pick('over', 'after', 'despite'))))
    return v


def tidy(words):
    """Commas that meet a full stop or another comma go; returns the words kept."""
    kept = []
    for i, w in enumerate(words):
        after = words[i + 1] if i + 1 < len(words) else None
        if w.form == ',' and (after is None or after.form in (',', '.') or not kept or kept[-1].form == ','):
            continue
        kept.append(w)
    return kept


def conllu(root, number):
    table = {}
    root.heads(None, 'root', table)
    words = tidy(root.words())
    index = {id(w): i + 1 for i, w in enumerate(words)}
    first = words[0] if words[0].form != '"' else words[1]
    if first.form[0].islower():
        first.form = first.form[0].upper() + first.form[1:]
    lines = ['# sent_id = news-%d' % number, '# text = ' + ' '.join(w.form for w in words)]
    for w in words:
        head, rel = table[id(w)]
        lines.append('\t'.join([str(index[id(w)]), w.form, w.lemma, w.upos, w.xpos, '_', str(index[id(head)] if head else 0), rel, '_', '_']))
    return '\n'.join(lines) + '\n', len(words)


def main():
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 1500
    R.seed(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    made, out = 0, sys.stdout
    while made < number:
        text, n = conllu(headline() if chance(0.1) else sentence(), made + 1)
        if 4 <= n <= 60:
            made += 1
            out.write(text + '\n')


main()
