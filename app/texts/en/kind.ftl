# The types of secrets.

kind-git-dataset = Git Dataset
kind-image-pull = Image Pull
