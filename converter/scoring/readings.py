"""How a rule is read (计分口径), in words."""

from converter.scoring.indicators import TAKEN, Rule
from converter.vocabulary.numbers import shortest

#: Names the formula that a value is compared with (relative), in 计分口径.
COMPARED = "比较基数"


def rule_reading(rule: Rule) -> str:
    """计分口径 of a rule: how part steps count, which of weight and sentence decides, how a shared weight is taken."""
    words = [rule.form.reading_name()] if rule.form is not None and rule.form.reading_name() else []
    if rule.spec.text_full is not None:
        full = shortest(rule.spec.text_full)
        words.append("分值与条文不一致，" + ("按分值折算" if rule.spec.reading == "weight" else f"按条文 {full} 分"))
    if rule.spec.relative is not None:
        words.append(f"{COMPARED}＝{rule.spec.relative.to.text}")
    if rule.take != "sum":
        words.append(f"同一分值的几项{TAKEN[rule.take]}")
    return "；".join(words) or ("人工评定" if rule.judged else "按条文")


def reading_of(rule: Rule) -> str:
    """计分口径 of a rule whatever the data."""
    words = [rule_reading(rule)]
    policies = {"missing": "缺数", "zero_denominator": "分母为零", "not_applicable": "申明不适用"}
    taken = {"zero": "按 0 分计", "full": "按满分计", "self": "沿用自评", "exclude": "不计入总分，其余分值折算"}
    words += [
        f"{what}{taken[choice]}" for key, what in policies.items() if (choice := getattr(rule.spec, key)) in taken
    ]
    return "；".join(word for word in words if word)
