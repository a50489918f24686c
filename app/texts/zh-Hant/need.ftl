# The things that secrets need a person to do.

need-approval = 核准主機金鑰
need-test = 首次測試
need-switch = 切換金鑰
need-renewal = 更新
need-review = 檢視使用情況
