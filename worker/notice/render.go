package notice

import (
	_ "embed"
	"fmt"
	htmltemplate "html/template"
	"strings"
	texttemplate "text/template"
)

var (
	//go:embed letter.txt
	plainText string
	//go:embed letter.html
	htmlText string

	plainLetter = texttemplate.Must(texttemplate.New("letter.txt").Funcs(texttemplate.FuncMap{"number": number}).Parse(plainText))
	htmlLetter  = htmltemplate.Must(htmltemplate.New("letter.html").Parse(htmlText))
)

// render writes the letter twice, with the same words.
func (l Letter) render() (plain, html string, err error) {
	var p, h strings.Builder
	if err := plainLetter.Execute(&p, l); err != nil {
		return "", "", fmt.Errorf("write the letter: %w", err)
	}
	if err := htmlLetter.Execute(&h, l); err != nil {
		return "", "", fmt.Errorf("write the letter: %w", err)
	}
	return p.String(), h.String(), nil
}

func number(index int) int { return index + 1 }
