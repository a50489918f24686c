# What all forms say.

form-problem = There is a problem
form-check-fields = Check these fields
form-optional = optional
form-required = required
form-choice = { $label }: { $meaning }
