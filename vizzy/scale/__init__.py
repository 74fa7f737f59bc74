"""Scoring more rows than memory holds, piece by piece, with the answers of `vizzy.confident` on all rows at once.

The rows come in pieces, in any division and any order. Each step is a pure function of one piece, and what pieces give is
merged by addition, so that neither the division nor the order, nor that a piece was counted a second time after its
worker was lost, changes a bit of the result:

1. **count**: how many self-confidences of each class lie in which bin (`vizzy.scale.percentiles`), and their exact sum
   (`vizzy.scale.sums`).
2. **merge**: counts and sums are added.
3. **select**: the class thresholds. A percentile lies between two order statistics, which are found by radix: a float's
   bit pattern, read as an integer, grows with the float, so that counts by its upper 16 bits say which bin holds a rank.
   The bits below are counted next, in the bins that hold a wanted rank alone. The means are the exact sums, rounded once.
4. **score**: with the thresholds known, `vizzy.confident` and `vizzy.ranking` judge every row by itself
   (`vizzy.scale.scoring`); the cells of the confident joint are added up.

These modules use numpy alone, and know neither files nor an engine; those are in `vizzy.native`.

Knuth: The Art of Computer Programming, volume 3, section 5.2.5 (sorting by distribution). 1998.
"""
