# What all forms say.

form-problem = 發生問題
form-check-fields = 請檢查以下欄位
form-optional = 選填
form-required = 必填
form-choice = { $label }：{ $meaning }
