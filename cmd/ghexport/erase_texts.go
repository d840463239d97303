package main

import "github.com/interviewing-io/greenhouse-export/store/erasure"

// showErasedTexts tells how many free texts were changed, and names those that a person must look at.
func (c *cli) showErasedTexts(texts []erasure.ErasedText, dryRun bool) {
	replaced := 0
	var look []string
	for _, one := range texts {
		if one.Replaced {
			replaced++
			continue
		}
		look = append(look, one.Table+"."+one.Column+"  "+one.Row)
	}
	if replaced > 0 {
		did := "the person's words were taken out of"
		if dryRun {
			did = "the person's words would be taken out of"
		}
		c.printf("%s %s elsewhere\n", did, count(replaced, "text"))
	}
	if len(look) > 0 {
		c.printf("may name the person, for you to look at (the owner of the schema can change them):\n")
		for _, one := range look {
			c.printf("  %s\n", visible(one))
		}
	}
}
