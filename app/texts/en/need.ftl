# The things that secrets need a person to do.

need-approval = Host key approval
need-test = First test
need-switch = Key switch
need-renewal = Renewal
need-review = Review of use
