// SPDX-License-Identifier: Apache-2.0
// Names of the codes that records carry (docs/record.md), and the numbers that the atlas knows countries by (ISO 3166-1; - where its map of
// 1:110 million does not draw them). A code that is not here is shown as it is.

const TABLE = `
AFG 004 Afghanistan
ALB 008 Albania
DZA 012 Algeria
AND - Andorra
AGO 024 Angola
ATG - Antigua and Barbuda
ARG 032 Argentina
ARM 051 Armenia
AUS 036 Australia
AUT 040 Austria
AZE 031 Azerbaijan
BHS 044 Bahamas
BHR - Bahrain
BGD 050 Bangladesh
BRB - Barbados
BLR 112 Belarus
BEL 056 Belgium
BLZ 084 Belize
BEN 204 Benin
BTN 064 Bhutan
BOL 068 Bolivia
BIH 070 Bosnia and Herzegovina
BWA 072 Botswana
BRA 076 Brazil
BRN 096 Brunei
BGR 100 Bulgaria
BFA 854 Burkina Faso
BDI 108 Burundi
CPV - Cabo Verde
KHM 116 Cambodia
CMR 120 Cameroon
CAN 124 Canada
CAF 140 Central African Republic
TCD 148 Chad
CHL 152 Chile
CHN 156 China
COL 170 Colombia
COM - Comoros
COG 178 Congo
COD 180 DR Congo
CRI 188 Costa Rica
CIV 384 Côte d’Ivoire
HRV 191 Croatia
CUB 192 Cuba
CYP 196 Cyprus
CZE 203 Czechia
DNK 208 Denmark
DJI 262 Djibouti
DMA - Dominica
DOM 214 Dominican Republic
ECU 218 Ecuador
EGY 818 Egypt
SLV 222 El Salvador
GNQ 226 Equatorial Guinea
ERI 232 Eritrea
EST 233 Estonia
SWZ 748 Eswatini
ETH 231 Ethiopia
FJI 242 Fiji
FIN 246 Finland
FRA 250 France
GAB 266 Gabon
GMB 270 Gambia
GEO 268 Georgia
DEU 276 Germany
GHA 288 Ghana
GRC 300 Greece
GRD - Grenada
GTM 320 Guatemala
GIN 324 Guinea
GNB 624 Guinea-Bissau
GUY 328 Guyana
HTI 332 Haiti
HND 340 Honduras
HKG - Hong Kong
HUN 348 Hungary
ISL 352 Iceland
IND 356 India
IDN 360 Indonesia
IRN 364 Iran
IRQ 368 Iraq
IRL 372 Ireland
ISR 376 Israel
ITA 380 Italy
JAM 388 Jamaica
JPN 392 Japan
JOR 400 Jordan
KAZ 398 Kazakhstan
KEN 404 Kenya
KIR - Kiribati
PRK 408 North Korea
KOR 410 South Korea
KOS - Kosovo
KWT 414 Kuwait
KGZ 417 Kyrgyzstan
LAO 418 Laos
LVA 428 Latvia
LBN 422 Lebanon
LSO 426 Lesotho
LBR 430 Liberia
LBY 434 Libya
LIE - Liechtenstein
LTU 440 Lithuania
LUX 442 Luxembourg
MDG 450 Madagascar
MWI 454 Malawi
MYS 458 Malaysia
MDV - Maldives
MLI 466 Mali
MLT - Malta
MHL - Marshall Islands
MRT 478 Mauritania
MUS - Mauritius
MEX 484 Mexico
FSM - Micronesia
MDA 498 Moldova
MCO - Monaco
MNG 496 Mongolia
MNE 499 Montenegro
MAR 504 Morocco
MOZ 508 Mozambique
MMR 104 Myanmar
NAM 516 Namibia
NRU - Nauru
NPL 524 Nepal
NLD 528 Netherlands
NZL 554 New Zealand
NIC 558 Nicaragua
NER 562 Niger
NGA 566 Nigeria
MKD 807 North Macedonia
NOR 578 Norway
OMN 512 Oman
PAK 586 Pakistan
PLW - Palau
PSE 275 Palestine
PAN 591 Panama
PNG 598 Papua New Guinea
PRY 600 Paraguay
PER 604 Peru
PHL 608 Philippines
POL 616 Poland
PRT 620 Portugal
QAT 634 Qatar
ROU 642 Romania
RUS 643 Russia
RWA 646 Rwanda
KNA - Saint Kitts and Nevis
LCA - Saint Lucia
VCT - Saint Vincent and the Grenadines
WSM - Samoa
SMR - San Marino
STP - São Tomé and Príncipe
SAU 682 Saudi Arabia
SEN 686 Senegal
SRB 688 Serbia
SYC - Seychelles
SLE 694 Sierra Leone
SGP - Singapore
SVK 703 Slovakia
SVN 705 Slovenia
SLB 090 Solomon Islands
SOM 706 Somalia
ZAF 710 South Africa
SSD 728 South Sudan
ESP 724 Spain
LKA 144 Sri Lanka
SDN 729 Sudan
SUR 740 Suriname
SWE 752 Sweden
CHE 756 Switzerland
SYR 760 Syria
TWN 158 Taiwan
TJK 762 Tajikistan
TZA 834 Tanzania
THA 764 Thailand
TLS 626 Timor-Leste
TGO 768 Togo
TON - Tonga
TTO 780 Trinidad and Tobago
TUN 788 Tunisia
TUR 792 Turkey
TKM 795 Turkmenistan
TUV - Tuvalu
UGA 800 Uganda
UKR 804 Ukraine
ARE 784 United Arab Emirates
GBR 826 United Kingdom
USA 840 United States
URY 858 Uruguay
UZB 860 Uzbekistan
VUT 548 Vanuatu
VAT - Holy See
VEN 862 Venezuela
VNM 704 Vietnam
YEM 887 Yemen
ZMB 894 Zambia
ZWE 716 Zimbabwe
ESH 732 Western Sahara
ATA 010 Antarctica
SUN - Soviet Union
YUG - Yugoslavia
SCG - Serbia and Montenegro
CSK - Czechoslovakia
DDR - East Germany
YMD - South Yemen
UNO - United Nations
EUR - European Union
IGO - intergovernmental body
NGO - non-governmental body
MNC - company
IMG - armed group
ISM - social movement
`;

const rows = TABLE.trim().split('\n').map((line) => {
    const [code, atlas, ...name] = line.split(' ');
    return { code, atlas: atlas === '-' ? null : atlas, name: name.join(' ') };
});
const byCode = new Map(rows.map((row) => [row.code, row]));

/** "JPN" and "JPN/GOV" as "Japan". */
export function nameOf(code) {
    if (!code) return 'not named';
    return byCode.get(code)?.name ?? byCode.get(code.slice(0, 3))?.name ?? code;
}

/** Code of a name or code that somebody typed, or null. */
export function codeOf(text) {
    const plain = text.trim().toLowerCase();
    return rows.find((row) => row.code.toLowerCase() === plain || row.name.toLowerCase() === plain)?.code ?? null;
}

/** Codes by the number of the atlas. Areas that ISO gives no number there go by their name. */
export const byAtlas = new Map(rows.filter((row) => row.atlas).map((row) => [row.atlas, row.code]));
byAtlas.set('Kosovo', 'KOS').set('Somaliland', 'SOM').set('N. Cyprus', 'CYP');
// Dependencies go to their state, as in the record.
byAtlas.set('238', 'GBR').set('304', 'DNK').set('540', 'FRA').set('630', 'USA').set('260', 'FRA');

export const countries = rows;
