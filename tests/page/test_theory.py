"""What Guide and Learn say and reckon; runs under MicroPython, too (test_micropython.py)."""

from vizzy.page.guide import theory

DOG, CAT, BEAR = range(3)


def shares(values):
    return [value / 100 for value in values]


def example(name):
    values = theory.EXAMPLES[name]
    return shares(values["probabilities"]), shares(values["thresholds"]), values["given"]


def test_where_the_model_has_no_idea_only_the_simplest_rule_accuses_the_label():
    probabilities, thresholds, given = example("unsure")
    assert probabilities == [0.34, 0.33, 0.33]
    accused, said = theory.verdict_of_most_probable(theory.CLASSES, probabilities, given)
    assert accused
    assert "{suggested|dog}, with 0.34" in said and "{given|cat}: an error" in said
    found, said = theory.verdict_of_thresholds(theory.CLASSES, probabilities, thresholds, given)
    assert found == "none"
    assert "No class reaches its threshold" in said


def test_where_classes_differ_the_class_that_reaches_its_own_threshold_is_suggested():
    probabilities, thresholds, given = example("uneven")
    assert probabilities == [0.50, 0.49, 0.01]
    assert thresholds[:2] == [0.90, 0.35]
    assert theory.most_probable(probabilities) == DOG
    assert theory.suggested_label(probabilities, thresholds) == CAT
    found, said = theory.verdict_of_thresholds(theory.CLASSES, probabilities, thresholds, given)
    assert found == "agreement"
    assert said.startswith("Only {suggested|cat} reaches its threshold: 0.49 of 0.35.")


def test_of_two_classes_that_reach_their_threshold_the_more_probable_is_suggested():
    probabilities, thresholds, given = example("uneven")
    found, said = theory.verdict_of_thresholds(theory.CLASSES, probabilities, [0.50, 0.35, 0.6], given)
    assert found == "issue"
    assert "{suggested|dog} is the most probable of the 2" in said
    assert "{given|cat}: a label issue" in said


def test_what_each_example_invites_to_try_comes_true():
    probabilities, thresholds, given = example("unsure")
    moved = shares(theory.rescaled(theory.EXAMPLES["unsure"]["probabilities"], DOG, 75))
    assert theory.verdict_of_thresholds(theory.CLASSES, moved, thresholds, given)[0] == "issue"
    values = theory.EXAMPLES["outside"]
    outcomes = []
    for cat in (34, 45, 70):
        moved = shares(theory.rescaled(values["probabilities"], CAT, cat))
        outcomes.append(
            theory.verdict_of_thresholds(
                theory.CLASSES, moved, shares(values["thresholds"]), given, shares(values["lower_thresholds"])
            )[0]
        )
    assert outcomes == ["ood", "unconfident", "agreement"]


def test_a_probability_equal_to_its_threshold_reaches_it():
    assert theory.reaches(0.1 + 0.2, 0.3)
    assert theory.reaches(0.3, 0.1 + 0.2)
    assert not theory.reaches(0.29, 0.3)


def test_equal_probabilities_go_to_the_first_class():
    assert theory.most_probable([0.4, 0.4, 0.2]) == DOG
    assert theory.suggested_label([0.4, 0.4, 0.2], [0.5, 0.3, 0.1]) == CAT
    assert theory.suggested_label([0.4, 0.4, 0.2], [0.3, 0.3, 0.1]) == DOG


def test_percentiles_are_interpolated():
    assert theory.percentile([30, 10, 20], 50) == 20
    assert theory.percentile([10, 20], 25) == 12.5
    assert theory.percentile([10, 20], 0) == 10
    assert theory.percentile([10, 20], 100) == 20
    assert theory.mean([10, 20, 60]) == 30


def test_moving_one_probability_keeps_their_sum_and_the_others_proportions():
    assert theory.rescaled([50, 30, 20], DOG, 0) == [0, 60, 40]
    assert theory.rescaled([50, 49, 1], DOG, 100) == [100, 0, 0]
    assert theory.rescaled([100, 0, 0], DOG, 40) == [40, 30, 30]
    for value in range(101):
        for parts in ([34, 33, 33], [50, 49, 1], [0, 0, 100], [97, 2, 1]):
            for moved in range(3):
                result = theory.rescaled(parts, moved, value)
                assert sum(result) == 100
                assert min(result) >= 0
                assert result[moved] == value


def test_marks_are_taken_apart():
    assert theory.pieces("a *b c* d {given|cat}.") == [
        ("", "a "),
        ("term", "b c"),
        ("", " d "),
        ("given", "cat"),
        ("", "."),
    ]
    assert theory.pieces("*b*") == [("term", "b")]
    assert theory.pieces("") == []
    assert theory.plain("a *b* {ood|c}") == "a b c"


def every_text():
    texts = []
    for section in theory.SECTIONS:
        texts += [section["title"]] + list(section["text"]) + list(section.get("after", ()))
        for name in section.get("examples", ()):
            values = theory.EXAMPLES[name]
            texts += [values["title"], values["text"], values["try"]]
    for step in theory.TOUR:
        texts += [step["title"], step["text"]]
    return texts


def test_every_text_has_only_known_marks_and_all_of_them_closed():
    for text in every_text():
        for kind, words in theory.pieces(text):
            assert kind in ("", "term", "given", "suggested", "ood", "class"), text
            assert words and not [mark for mark in "*{}|" if mark in words], text


def test_the_theory_can_be_read_in_about_three_minutes():
    words = 0
    for section in theory.SECTIONS:
        for text in list(section["text"]) + list(section.get("after", ())):
            words += len(theory.plain(text).split())
    assert 350 < words < 720  # people read some 240 words a minute


def test_a_section_is_found_by_its_id():
    assert theory.section("limits")["title"] == "What it cannot do"
