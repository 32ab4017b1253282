package storetest

// TemplateName is templateName, for its test.
var TemplateName = templateName
