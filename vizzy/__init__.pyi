from vizzy.native.label_issues import LabelIssues as LabelIssues
from vizzy.native.label_issues import find_label_issues as find_label_issues
from vizzy.native.notebook import review as review
