"""The goods of the sample seller: sixty families in twelve categories, each in up to five variants.

Decides what a family is called, costs, weighs and when in the year it sells; draws no chance and
touches no database.
"""

from dataclasses import dataclass

COLOURS = (
    ("white", "白色"),
    ("black", "黑色"),
    ("green", "绿色"),
    ("sand", "沙色"),
    ("blue", "蓝色"),
)
SIZES = (("S", "小号"), ("M", "中号"), ("L", "大号"), ("XL", "加大号"), ("XXL", "特大号"))
PACKS = (
    ("1-pack", "1只装"),
    ("2-pack", "2只装"),
    ("4-pack", "4只装"),
    ("6-pack", "6只装"),
    ("12-pack", "12只装"),
)
LENGTHS = (("0.5 m", "0.5米"), ("1 m", "1米"), ("2 m", "2米"), ("3 m", "3米"), ("5 m", "5米"))
SCENTS = (
    ("cedar", "雪松"),
    ("citrus", "柑橘"),
    ("mint", "薄荷"),
    ("rose", "玫瑰"),
    ("plain", "无香"),
)
VARIANTS = {"colour": COLOURS, "size": SIZES, "pack": PACKS, "length": LENGTHS, "scent": SCENTS}
# How price and cost grow from the first variant to the fifth.
VARIANT_FACTORS = {
    "colour": (1.0, 1.0, 1.0, 1.0, 1.0),
    "scent": (1.0, 1.0, 1.0, 1.0, 1.0),
    "size": (0.9, 1.0, 1.12, 1.25, 1.4),
    "pack": (1.0, 1.8, 3.2, 4.5, 8.0),
    "length": (0.8, 1.0, 1.3, 1.6, 2.2),
}


@dataclass(frozen=True, slots=True)
class Family:
    """One design; `season` names a yearly curve, `price` is in USD, `cost` in CNY per piece."""

    code: str
    name: str
    name_zh: str
    category: str
    variant: str
    price: float
    cost: float
    grams: int
    cm3: int
    carton: int
    season: str = "flat"
    shelf_life_days: int | None = None
    bulky: bool = False


_ROWS = """
LMP-CLP|Clip-on reading lamp|夹式阅读灯|Lighting|colour|19.9|31|320|1500|48|gift
LMP-STR|LED light strip|LED灯带|Lighting|length|15.9|22|260|900|60|gift
LMP-NGT|Motion night light|感应小夜灯|Lighting|pack|11.9|14|120|420|96|winter
LMP-SOL|Solar garden light|太阳能花园灯|Lighting|pack|24.9|41|540|2600|24|summer
LMP-DSK|Folding desk lamp|折叠台灯|Lighting|colour|32.9|58|780|3600|20|school
CBL-USC|USB-C cable 100 W|USB-C 数据线 100W|Electronics|length|12.9|13|60|180|200|flat
CBL-LTN|Braided phone cable|编织手机线|Electronics|length|10.9|10|50|160|200|flat
CHG-GAN|GaN wall charger|氮化镓充电器|Electronics|colour|29.9|52|140|300|80|gift
PWR-BNK|Power bank 10,000 mAh|移动电源 10000毫安时|Electronics|colour|27.9|56|230|340|60|gift
SPK-MIN|Mini Bluetooth speaker|迷你蓝牙音箱|Electronics|colour|25.9|49|350|900|40|gift
EAR-BUD|Wireless earbuds|无线耳机|Electronics|colour|34.9|68|60|240|80|gift
KTN-SCL|Kitchen scale|厨房秤|Kitchen|colour|16.9|29|520|1700|30|newyear
KTN-KNF|Knife sharpener|磨刀器|Kitchen|colour|13.9|17|180|620|72|gift
KTN-BRD|Bamboo cutting board|竹砧板|Kitchen|size|21.9|33|1100|2900|16|flat
KTN-LID|Silicone stretch lids|硅胶保鲜盖|Kitchen|pack|12.9|12|210|700|72|flat
KTN-BTL|Insulated bottle|保温杯|Kitchen|colour|22.9|36|380|1500|40|winter
KTN-JAR|Airtight glass jar|密封玻璃罐|Kitchen|size|18.9|26|900|2400|18|flat
CFE-GRD|Hand coffee grinder|手摇咖啡磨|Kitchen|colour|39.9|74|560|1500|24|gift
CFE-FLT|Paper coffee filters|咖啡滤纸|Kitchen|pack|8.9|8|180|900|60|flat
YGA-MAT|Yoga mat 6 mm|瑜伽垫 6毫米|Fitness|colour|29.9|47|1050|9800|12|newyear
YGA-BLK|Cork yoga block|软木瑜伽砖|Fitness|pack|16.9|23|620|2600|24|newyear
FIT-BND|Resistance bands|弹力带|Fitness|pack|14.9|15|260|800|80|newyear
FIT-RLR|Foam roller|泡沫轴|Fitness|size|24.9|35|740|9000|12|newyear
FIT-RPE|Speed jump rope|跳绳|Fitness|colour|11.9|12|160|500|96|newyear
PET-BWL|Slow feeder bowl|慢食碗|Pets|size|15.9|19|340|2300|36|flat
PET-BRS|Pet grooming brush|宠物梳|Pets|colour|14.9|17|150|700|72|summer
PET-LSH|Retractable leash|伸缩牵引绳|Pets|size|19.9|30|310|900|40|summer
PET-TOY|Rope chew toy|宠物绳结玩具|Pets|pack|12.9|13|240|1100|60|gift
PET-CHW|Dental chews|洁齿骨|Pets|pack|13.9|18|330|900|48|flat|540
OUT-HMK|Camping hammock|露营吊床|Outdoor|colour|27.9|45|640|2600|20|summer
OUT-LNT|Camping lantern|露营灯|Outdoor|colour|22.9|38|360|1500|36|summer
OUT-CHR|Folding camp chair|折叠露营椅|Outdoor|colour|44.9|82|2900|16000|4|summer||bulky
OUT-CLR|Soft cooler bag|保温袋|Outdoor|size|32.9|55|900|9500|10|summer
OUT-TRP|Rain tarp|防雨天幕|Outdoor|size|36.9|64|1100|4200|12|summer
HOM-ORG|Drawer organiser|抽屉收纳盒|Home|pack|18.9|24|620|5200|18|newyear
HOM-HNG|Velvet hangers|植绒衣架|Home|pack|21.9|29|900|5400|12|newyear
HOM-CUR|Blackout curtain|遮光窗帘|Home|size|34.9|56|1500|5600|10|winter
HOM-RUG|Washable door mat|可洗地垫|Home|size|25.9|37|1200|6100|10|winter
HOM-SHF|Floating wall shelf|墙面隔板|Home|size|29.9|48|2100|9900|6|flat||bulky
HOM-BLK|Throw blanket|盖毯|Home|colour|28.9|45|980|7600|12|winter
HOM-CND|Scented candle|香薰蜡烛|Home|scent|17.9|21|420|900|36|gift|900
BTY-OIL|Essential oil 30 ml|精油 30毫升|Beauty|scent|12.9|13|110|160|120|flat|720
BTY-MSK|Sheet face mask|面膜|Beauty|pack|14.9|15|260|600|72|flat|540
BTY-CRM|Hand cream|护手霜|Beauty|scent|9.9|9|90|170|120|winter|720
BTY-RLR|Jade face roller|玉石按摩滚轮|Beauty|colour|15.9|18|150|420|80|gift
BTY-BRS|Make-up brush set|化妆刷套装|Beauty|colour|18.9|24|220|760|60|gift
BBY-BIB|Silicone baby bib|硅胶围兜|Baby|colour|11.9|11|110|620|100|flat
BBY-PLT|Suction baby plate|吸盘儿童餐盘|Baby|colour|16.9|21|330|1700|40|flat
BBY-WRP|Muslin swaddle|纱布包巾|Baby|pack|24.9|36|320|1500|36|flat
BBY-NST|Stacking toy|叠叠乐|Baby|colour|15.9|19|420|2100|30|gift
OFC-STD|Laptop stand|笔记本支架|Office|colour|31.9|54|820|2300|20|school
OFC-PAD|Desk pad|桌垫|Office|size|19.9|27|520|1900|36|school
OFC-NTB|Dotted notebook|点阵笔记本|Office|colour|11.9|12|300|620|60|school
OFC-CHR|Ergonomic foot rest|人体工学脚踏|Office|colour|33.9|57|1900|12500|6|school||bulky
TRV-CUB|Packing cubes|旅行收纳袋|Travel|size|19.9|27|330|1800|36|summer
TRV-PLW|Travel neck pillow|旅行颈枕|Travel|colour|21.9|30|330|3800|24|summer
TRV-ADP|World travel adapter|全球转换插头|Travel|colour|23.9|38|180|420|60|summer
CAR-MNT|Magnetic car mount|磁吸车载支架|Car|colour|16.9|20|110|420|96|flat
CAR-ORG|Trunk organiser|后备箱收纳箱|Car|size|28.9|44|1300|5100|10|flat||bulky
CAR-VAC|Handheld car vacuum|车载吸尘器|Car|colour|38.9|75|820|3900|16|gift
"""


def families() -> tuple[Family, ...]:
    """All sixty, in a fixed order."""
    return tuple(_family(row.split("|")) for row in _ROWS.strip().splitlines())


def _family(cells: list[str]) -> Family:
    code, name, name_zh, category, variant, price, cost, grams, cm3, carton, season, *rest = cells
    life = rest[0] if rest else ""
    return Family(
        code,
        name,
        name_zh,
        category,
        variant,
        float(price),
        float(cost),
        int(grams),
        int(cm3),
        int(carton),
        season,
        int(life) if life else None,
        rest[1:] == ["bulky"],
    )
