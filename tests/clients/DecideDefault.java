import org.openapitools.client.ApiClient;
import org.openapitools.client.api.DecisionsApi;
import org.openapitools.client.model.CreditVillageDecision;
import org.openapitools.client.model.VillageCase;

/** A decision through the client that openapi-generator makes for Java where nothing else is asked for. */
public class DecideDefault {
    public static void main(String[] args) throws Exception {
        ApiClient client = new ApiClient();
        client.setBasePath(args[0]);
        client.setBearerToken(args[1]);
        VillageCase asked = VillageCase.fromJson("{\"subject\": {\"id\": \"V-9\"}, \"on\": \"2026-12-31\", "
            + "\"facts\": {\"households\": 100, \"a_grade_households\": 54}}");
        CreditVillageDecision found = new DecisionsApi(client).decideCreditVillage(asked, null, null, "en", null);
        System.out.println(found.getOutcome() + " " + (found.getLogId() != null));
    }
}
