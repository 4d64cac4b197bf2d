"""Invented names. Nobody and no place here is meant; the same seed gives the same names."""

import random

SURNAMES = "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江傅钟卢汪戴崔任陆廖姚方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚"
GIVEN = "文博雅静思远佳宁晓峰海燕建华丽娟志强秀英国栋雪梅俊杰慧敏春生玉兰子涵浩然欣怡立新永康素芬明辉桂香少伟惠玲德胜凤霞向阳月娥振宇美玲宏伟翠萍长青若兰"
COMMUNITIES = (
    "桂花 建设 东风 团结 和平 幸福 朝阳 新华 红星 光明 胜利 友谊 文昌 书院 北门 南湖 湖滨 江东 江岸 河西 石桥 古井 白云 金星 银杏 "
    "香樟 梧桐 青松 翠竹 玉兰 芙蓉 荷塘 柳林 枫树 桃源 梅园 菊园 兰亭 清泉 龙泉 凤凰 麒麟 鹿鸣 鹤鸣 燕山 天马 望城坡 观音阁 五里牌 八里庄 "
    "七里冲 三角塘 四方井 六合 九龙 十字街 民主 民生 民安 民乐 永安 永兴 永丰 长乐 长安 长丰 兴隆 兴盛 振兴 复兴 中兴 新兴 新民 新安 新港 "
    "新村 新园 新塘 工农 工人 铁路 车站 机场 码头 渡口 大桥 水厂 电厂 纺织 机床 化工 药厂 糖厂 学府 学院 科教 文艺 体育 广场 公园 花园 "
    "景园 丽园 华苑 金苑 锦绣 锦江 锦城 宝塔 宝山 银山 金山 玉泉 玉屏 云龙 云台 云峰 双桥 双塘 双井 双江 两路 三元 三里 四季 五一 六一 七星 八一"
).split()


class Names:
    """A stream of names from a seed."""

    def __init__(self, seed: str):
        self.random = random.Random(seed)

    def person(self) -> str:
        length = self.random.choice((1, 2, 2, 2))
        start = self.random.randrange(0, len(GIVEN) - 2, 2)
        return self.random.choice(SURNAMES) + GIVEN[start : start + length]

    def communities(self, count: int) -> list[str]:
        """Names for the communities of one county, none twice."""
        return [f"{name}社区" for name in self.random.sample(COMMUNITIES, count)]

    def phone(self) -> str:
        """An office line that cannot exist: exchange 0000."""
        return f"0731-0000{self.random.randrange(1000, 9999)}"
