package main

type flowsCmd struct{}

// Run is a placeholder.
func (flowsCmd) Run(*world) error { return nil }

type whatsappCmd struct{}

func (whatsappCmd) Run(*world) error { return nil }

type doctorCmd struct{}

func (doctorCmd) Run(*world) error { return nil }

type serveCmd struct{}

func (serveCmd) Run(*world) error { return nil }
