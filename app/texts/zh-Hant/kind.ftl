# The types of secrets.

kind-git-dataset = Git 資料集
kind-image-pull = 映像檔拉取
