# The things that secrets need a person to do.

need-approval = Host key approval
need-test = First test
need-switch = Key switch
need-review = Review of use
