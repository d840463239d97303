package main

import (
	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/store/rights"
)

func (c *cli) grant() *cobra.Command {
	roles := map[rights.GrantKind]*string{}
	var onlyPrint bool
	cmd := &cobra.Command{
		Use:   "grant --producer|--service|--viewer ROLE",
		Short: "Give a database role the rights that it needs, and no more",
		Long: `Gives rights to a role that exists. A producer may enqueue and read nothing but the status of what it names; the service may do
what serve and these commands do; a viewer may read what holds neither personal data nor secrets. The role in DATABASE_URL must own
the schema. It revokes nothing and is safe to run twice; run it again after a migration. With --print the SQL is printed, not run.`,
		Example: "  ghexport grant --service ghexport_app\n  ghexport grant --producer app --print | psql \"$DATABASE_URL\"",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for kind, role := range roles {
				if !cmd.Flags().Changed(string(kind)) {
					continue
				}
				if *role == "" {
					return usagef("--%s needs the name of a role", kind)
				}
				return c.grantTo(cmd, kind, *role, onlyPrint)
			}
			return usagef("one of --producer, --service and --viewer is needed")
		},
	}
	for kind, what := range map[rights.GrantKind]string{
		rights.GrantProducer: "rights of whoever enqueues, to this `ROLE`",
		rights.GrantService:  "rights of serve and of these commands, to this `ROLE`",
		rights.GrantViewer:   "rights to read what holds no personal data, to this `ROLE`",
	} {
		roles[kind] = cmd.Flags().String(string(kind), "", what)
	}
	cmd.Flags().BoolVar(&onlyPrint, "print", false, "print the SQL and run nothing; needs no database")
	cmd.MarkFlagsOneRequired("producer", "service", "viewer")
	cmd.MarkFlagsMutuallyExclusive("producer", "service", "viewer")
	return cmd
}

func (c *cli) grantTo(cmd *cobra.Command, kind rights.GrantKind, role string, onlyPrint bool) error {
	if onlyPrint {
		statements, err := rights.GrantSQL(kind, role)
		c.printf("%s", statements)
		return err
	}
	st, _, err := c.open(cmd.Context(), "grant")
	if err != nil {
		return err
	}
	defer st.Close()
	if err := rights.In(st).Grant(cmd.Context(), kind, role); err != nil {
		return err
	}
	c.printf("granted the rights of a %s to %s\n", kind, visible(role))
	return nil
}
