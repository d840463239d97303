package seal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	tinkpb "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// ErrKeyUnknown says that the keyset lacks the key under which a value was sealed: this node has an older or another keyset, and
// the value itself may be sound.
var ErrKeyUnknown = errors.New("the keyset lacks the key that this was sealed with")

// ErrSealBroken says that the keyset has the key and the value still does not open: it was altered, cut, or belongs to another
// company. It also stands for bytes that were never sealed.
var ErrSealBroken = errors.New("sealed value does not open")

// Keyset seals credentials under Tink's AEAD, each bound to its company. It is read from the environment and never stored. Safe for
// use by many goroutines.
type Keyset struct {
	now atomic.Pointer[keys]
}

// keys hold what a keyset holds at one time.
type keys struct {
	handle  *keyset.Handle
	aead    tink.AEAD
	primary uint32
	known   map[uint32]bool // ids of the enabled keys
}

// NewKeysetJSON makes a fresh keyset of one AES256-GCM key and returns it as Tink's cleartext JSON, which is a secret.
func NewKeysetJSON() (string, error) {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return "", fmt.Errorf("make a keyset: %w", err)
	}
	return cleartext(handle)
}

// cleartext is a keyset as Tink's JSON, which is a secret.
func cleartext(handle *keyset.Handle) (string, error) {
	var out strings.Builder
	if err := insecurecleartextkeyset.Write(handle, keyset.NewJSONWriter(&out)); err != nil {
		return "", fmt.Errorf("print the keyset: %w", err)
	}
	return out.String(), nil
}

// ParseKeyset reads a cleartext Tink JSON keyset of AEAD keys. Its errors are sentences of our own: those of the JSON decoder quote
// what they stumble over, and that may be the key.
func ParseKeyset(json string) (*Keyset, error) {
	if strings.TrimSpace(json) == "" {
		return nil, errors.New("keyset: empty")
	}
	handle, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(strings.NewReader(json)))
	if err != nil {
		return nil, errors.New("keyset: not a cleartext Tink JSON keyset with a primary key")
	}
	return newKeyset(handle)
}

func newKeyset(handle *keyset.Handle) (*Keyset, error) {
	primitive, err := aead.New(handle)
	if err != nil {
		return nil, errors.New("keyset: its keys are not for AEAD")
	}
	info := handle.KeysetInfo()
	read := &keys{handle: handle, aead: primitive, primary: info.GetPrimaryKeyId(), known: make(map[uint32]bool)}
	for _, key := range info.GetKeyInfo() {
		if key.GetOutputPrefixType() != tinkpb.OutputPrefixType_TINK {
			// Without the prefix a value cannot say which key it needs, and "unknown key" could not be told from "broken".
			return nil, fmt.Errorf("keyset: key %d has not the TINK output prefix", key.GetKeyId())
		}
		if key.GetStatus() == tinkpb.KeyStatusType_ENABLED {
			read.known[key.GetKeyId()] = true
		}
	}
	k := &Keyset{}
	k.now.Store(read)
	return k, nil
}

// Replace puts another keyset's keys in the place of this one's, for whoever holds it.
func (k *Keyset) Replace(with *Keyset) { k.now.Store(with.now.Load()) }

// Seal encrypts plaintext for one company under the primary key. The result opens for the same company alone.
func (k *Keyset) Seal(orgID string, plaintext []byte) ([]byte, error) {
	sealed, err := k.now.Load().aead.Encrypt(plaintext, []byte(orgID))
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return sealed, nil
}

// Open decrypts what Seal made for the same company. Its errors are [ErrKeyUnknown] and [ErrSealBroken].
func (k *Keyset) Open(orgID string, sealed []byte) ([]byte, error) {
	id, named := sealingKey(sealed)
	if !named {
		return nil, ErrSealBroken
	}
	if !k.now.Load().known[id] {
		return nil, fmt.Errorf("key %d: %w", id, ErrKeyUnknown)
	}
	plaintext, err := k.now.Load().aead.Decrypt(sealed, []byte(orgID))
	if err != nil {
		return nil, fmt.Errorf("key %d: %w", id, ErrSealBroken)
	}
	return plaintext, nil
}

// Knows tells whether the keyset has the key under which sealed was made.
func (k *Keyset) Knows(sealed []byte) bool {
	id, named := sealingKey(sealed)
	return named && k.now.Load().known[id]
}

// Primary tells whether sealed was made under the key that Seal uses now; what was not is due for re-wrapping.
func (k *Keyset) Primary(sealed []byte) bool {
	id, named := sealingKey(sealed)
	return named && id == k.now.Load().primary
}

// String keeps the keys out of logs and errors.
func (k *Keyset) String() string { return "[secret]" }

// GoString does the same for %#v.
func (k *Keyset) GoString() string { return k.String() }

// sealingKey reads the key's id from Tink's output prefix: the byte 1, then the id as four bytes, big-endian
// (developers.google.com/tink/wire-format).
func sealingKey(sealed []byte) (id uint32, named bool) {
	if len(sealed) < 5 || sealed[0] != 1 {
		return 0, false
	}
	return binary.BigEndian.Uint32(sealed[1:5]), true
}
